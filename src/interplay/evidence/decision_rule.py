"""The rule that turns what members say into decisions."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.drawn import Cuts
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class DecisionRule(Exhibit):
    """The most likely class; with `cuts` the favourable one where its log-odds reach the row's cut, else the likeliest other.

    `in_draws` holds the cuts of every draw, and is None where nothing is fitted anew.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    cuts: Float[Array, "member row"] | None = None
    in_draws: Cuts | None = None

    def decided(
        self,
        log_probabilities: Float[Array, "member some label"],
        margins: Float[Array, "member some"],
        favourable: int,
        rows: Int[Array, " some"] | None = None,
    ) -> Int[Array, "member some"]:
        """The decisions at these log-probabilities and log-odds of some rows (all when None)."""
        if self.cuts is None:
            return np.asarray(log_probabilities.argmax(axis=2))
        others = log_probabilities.copy()
        others[:, :, favourable] = -np.inf
        cuts = self.cuts if rows is None else self.cuts[:, rows]
        return np.where(margins >= cuts, favourable, others.argmax(axis=2))

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(np.zeros(models.clean.shape[:2]))
