"""What is simulated: everything in full, and a small version that runs in seconds."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from benchmarks.calibration.claims import Seen
from benchmarks.calibration.coverage import RatesAndGaps, RatesAndGapsAlone
from benchmarks.calibration.error_rates import MixedAudits, NullAudits, PlentifulRows, Power
from benchmarks.calibration.every_metric import BehindLayers, EveryMetric, EveryMetricOnFewRows
from benchmarks.calibration.widest import LargestGaps
from interplay.testing.simulation.truth import FEW


class Study(Protocol):
    """Something that is simulated again and again, every time from other random numbers."""

    @property
    def repetitions(self) -> int:
        """How often."""

    def once(self, random: np.random.Generator) -> Iterable[Seen]:
        """What one repetition saw."""


FULL: tuple[Study, ...] = (
    NullAudits(250),
    MixedAudits(150),
    Power(60),
    PlentifulRows(60),
    RatesAndGaps(200),
    RatesAndGapsAlone(600),
    LargestGaps(400),
    EveryMetricOnFewRows(240, rows=(120, 500)),
    EveryMetric(90, rows=(2_000, 5_000)),
    BehindLayers(70, rows=(120, 500, 2_000, 5_000)),
)

SOME = "calibration_error", "coverage", "demographic_parity_difference", "disagreement", "membership_risk"
"""Of every way in which values become an interval, one metric."""

QUICK: tuple[Study, ...] = (
    NullAudits(2, rows=300, draws=50),
    MixedAudits(2, rows=300, draws=50),
    Power(1, rows=(300, 1_000), draws=50),
    PlentifulRows(1, rows=500, draws=50),
    RatesAndGaps(8, rows=(300,), draws=50),
    RatesAndGapsAlone(8, rows=(300,), draws=50),
    LargestGaps(8, rows=(300,), draws=50),
    EveryMetricOnFewRows(4, rows=(300,), members=(5,), draws=40, only=SOME, fleets=FEW),
    EveryMetric(2, rows=(1_000,), members=(5,), draws=40, only=SOME, fleets=FEW),
    BehindLayers(2, rows=(400,), members=(5,), draws=40, only=SOME, fleets=FEW),
)
