"""What members say of rows of which one categorical column was changed."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class SwitchedOdds(Exhibit):
    """The lowest log-odds of a row's own label under every switch, with two labels: the same wherever the cut lies."""

    attack: ClassVar[bool] = True

    rows: Int[Array, " attacked"]
    odds: Float[Array, "member attacked"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        own = np.take_along_axis(models.moved, models.rows.labels[models.attacked][None, :, None], axis=2)[:, :, 0]
        return cls(models.attacked, np.asarray(own - np.log1p(-np.exp(own))))
