"""What is simulated: everything in full, and a small version that runs in seconds."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from benchmarks.calibration.claims import Seen
from benchmarks.calibration.coverage import RatesAndGaps, RatesAndGapsAlone
from benchmarks.calibration.error_rates import MixedAudits, NullAudits, PlentifulRows, Power
from benchmarks.calibration.roc import PooledAttacks, PooledAttacksAlone
from benchmarks.calibration.sets import ConformalSets, ConformalSetsAlone
from benchmarks.calibration.widest import LargestGaps


class Study(Protocol):
    """Something that is simulated again and again, every time from other random numbers."""

    @property
    def repetitions(self) -> int:
        """How often."""

    def once(self, random: np.random.Generator) -> Iterable[Seen]:
        """What one repetition saw."""


FULL: tuple[Study, ...] = (
    NullAudits(400),
    MixedAudits(200),
    Power(60),
    PlentifulRows(60),
    RatesAndGaps(300),
    RatesAndGapsAlone(1_000),
    ConformalSets(160),
    ConformalSetsAlone(1_000),
    PooledAttacks(60),
    PooledAttacksAlone(400),
    LargestGaps(500),
)

QUICK: tuple[Study, ...] = (
    NullAudits(4, rows=300, draws=50),
    MixedAudits(4, rows=300, draws=50),
    Power(2, rows=(300, 1_000), draws=50),
    PlentifulRows(2, rows=500, draws=50),
    RatesAndGaps(8, rows=(300,), draws=50),
    RatesAndGapsAlone(8, rows=(300,), draws=50),
    ConformalSets(4, rows=(300,), draws=50, fresh=4),
    ConformalSetsAlone(4, rows=(300,), draws=50),
    PooledAttacks(2, members=(5,), rows=(300,), draws=50),
    PooledAttacksAlone(2, members=(5,), rows=(300,), draws=50),
    LargestGaps(8, rows=(300,), draws=50),
)
