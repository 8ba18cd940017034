"""Weigh all training rows alike: what a run of the same training gives again."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions import DataIntervention, Service, TrainingRows


@dataclass(frozen=True)
class FlatWeights(DataIntervention):
    """Weigh all training rows alike: what a run of the same training gives again.

    weight = 1

    Reference: Fisher, 1935.

    Example:
        >>> FlatWeights().name
        'acme_trust/flat_weights'

    Does not show: what it costs.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "flat weights"
    serves: ClassVar[tuple[Service, ...]] = (Service("demographic_parity_difference"),)
    reference: ClassVar[str] = "Fisher, 1935"

    @property
    def diagnostic(self) -> str:
        return "it changes nothing, to show what chance does"

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        return np.ones(len(rows.labels))
