"""What members say of every row, before any rule decides."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay.arrays import Array, Float
from interplay.drawn import Refits
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class Scores(Exhibit):
    """Log-probabilities of every row as refitted at unit weights, in float64, and the log-odds of the favourable class.

    `refits` are those of every draw; None with more than two labels, or where there is one draw.
    """

    log_probabilities: Float[Array, "member row label"]
    margins: Float[Array, "member row"]
    refits: Refits | None = None

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chosen = models.clean[:, :, models.rows.favourable]
        return cls(models.clean, np.asarray(chosen - np.log1p(-np.exp(chosen))))
