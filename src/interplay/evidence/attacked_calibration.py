"""What members say of calibration rows that an attack has moved."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class AttackedCalibration(Exhibit):
    """Log-probabilities on calibration rows moved by the evaluation attack; made only where sets are calibrated on them.

    `rows` are the calibration rows that were attacked: all of them, or as many as are evaluated under attack.
    """

    attack: ClassVar[bool] = True

    rows: Int[Array, " calibration"]
    log_probabilities: Float[Array, "member calibration label"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        noise = streams.generator(models.seed, "attacked calibration").normal(size=models.clean.shape)
        moved = models.clean + 0.5 * noise
        return cls(np.arange(len(models.rows.labels)), moved - np.log(np.exp(moved).sum(axis=2, keepdims=True)))
