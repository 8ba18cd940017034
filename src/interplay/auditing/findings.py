"""What a finished run knows: everything that the parts of an audit are made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interplay.auditing.register_file import Kept
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.decision.decision import Decision
from interplay.design.forecast import Forecast
from interplay.design.plan import Design
from interplay.effects.joint_effect import JointEffects
from interplay.effects.results import Effects
from interplay.families import Family
from interplay.measurement.measurements import Measurements
from interplay.study import Study
from interplay.training.train import Fleet


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything a finished run knows."""

    study: Study
    digest: str
    dataset: Dataset
    encoded: Encoded
    design: Design
    fleet: Fleet
    measured: Measurements
    effects: Effects
    decision: Decision
    family: Family
    foreseen: Forecast
    kept: Kept
    joint: JointEffects
    looks: Sequence[Mapping[str, Any]]
