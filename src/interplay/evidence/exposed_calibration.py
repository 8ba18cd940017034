"""How much of each calibration row shows in the thresholds of prediction sets."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.prediction_sets import PredictionSets


@dataclass(frozen=True, eq=False)
class ExposedCalibration(Exhibit):
    """For every member and calibration row, how surely somebody who knows all other rows tells that it was among them.

    Between 0 and 1: the total variation distance between the threshold with the row and without it.
    """

    released_with: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    direct: ClassVar[bool] = True

    rows: Int[Array, " calibration"]
    shown: Float[Array, "member calibration"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "calibration exposure")
        rows = np.arange(len(models.rows.labels))
        return cls(rows, (chance.random((models.members, len(rows))) < 0.8).astype(np.float64))
