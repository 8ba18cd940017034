"""Which rows withstand every change of one categorical column."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Cuts, Drawn
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels
from interplay.evidence._rows import Rows
from interplay.evidence.decision_rule import DecisionRule
from interplay.evidence.rightly_decided import right_on_attacked
from interplay.evidence.switched_odds import SwitchedOdds


@dataclass(frozen=True, eq=False)
class CategoryFlips(Exhibit):
    """Whether a row is still decided correctly under every single change of one categorical column.

    `withstood` is that at unit weights, and `cuts` as in `Predictions`, for the worst of all switches of a row.
    """

    attack: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (SwitchedOdds, DecisionRule)

    rows: Int[Array, " attacked"]
    withstood: Bool[Array, "member attacked"]
    cuts: Cuts | None = None

    def right(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where a row is decided as its label under every switch, else 0."""
        if self.cuts is None:
            return self.withstood.astype(np.float64)
        return self.cuts.where(rows.labels[self.rows] == rows.favourable)

    @classmethod
    def stand_in(cls, planned: Planned) -> Self:
        return cls(planned.attacked, np.ones((len(planned.rows.counted), len(planned.attacked)), dtype=bool))

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        right = right_on_attacked(models)
        return cls(models.attacked, right & (streams.generator(models.seed, "switched").random(right.shape) < 0.8))
