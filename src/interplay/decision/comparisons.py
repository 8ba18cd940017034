"""Who is shown to be worse than whom on the criteria of one aspect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.decision.losses import Losses, Move

Worse = Bool[Array, "criterion *draw candidate candidate"]
"""Entry (k, i, j): i is shown to be worse than j on criterion k."""


@dataclass(frozen=True, eq=False)
class PairwiseComparisons:
    """i is shown to be worse than j where the lower bound of its loss exceeds the tolerance.

    `having` says which candidate has which criterion. `moves`, by criterion, move every mean; with draws, those are an
    axis of the answer. `tolerances`, by metric key, replace the declared ones.
    """

    having: Bool[Array, "criterion candidate"]
    losses: Sequence[Losses]
    moves: Sequence[Move] | None = None
    tolerances: Mapping[str, float] = field(default_factory=dict)
    _known: dict[float, Float[Array, "criterion *draw candidate candidate"]] = field(default_factory=dict, repr=False)

    def comparisons(self, left: Bool[Array, "*draw candidate"]) -> Int[Array, " *draw"]:
        """How many comparisons one of `left` faces: one with every other that has a criterion, on each."""
        return np.asarray(np.maximum(left.astype(int) @ self.having.T - 1, 0).sum(axis=-1))

    def shown_worse(self, error: float) -> Worse:
        """Those shown with this chance of error each."""
        if error not in self._known:
            self._known[error] = self._lows(error)
        lows = self._known[error]
        return np.asarray(lows > self._limits.reshape(-1, *(1,) * (lows.ndim - 1)))

    def moved(self, moves: Sequence[Move]) -> "PairwiseComparisons":
        """The same with every mean moved: by criterion, with draws as an axis of the answer."""
        return replace(self, moves=moves, _known={})

    def tolerating(self, tolerances: Mapping[str, float]) -> "PairwiseComparisons":
        """The same with these tolerances instead of the declared ones; the bounds are not worked out again."""
        return replace(self, tolerances=tolerances)

    @cached_property
    def _limits(self) -> Float[Array, " criterion"]:
        criteria = [one.criterion for one in self.losses]
        return np.array([one.scaled(self.tolerances.get(one.metric, one.tolerance)) for one in criteria])

    def _lows(self, error: float) -> Float[Array, "criterion *draw candidate candidate"]:
        """The lower bounds of all losses, without end where a candidate has not the criterion."""
        size = self.having.shape[1]
        draws = self.moves[0].shape[:-1] if self.moves else ()
        found = np.full((len(self.losses), *draws, size, size), -np.inf)
        for place, one in enumerate(self.losses):
            low = one.low(error, None if self.moves is None else self.moves[place])
            found[place][..., one.places[:, None], one.places] = low
        return found


def standings(losses: Sequence[Losses], size: int) -> dict[Aspect, PairwiseComparisons]:
    """The standings of `size` candidates by aspect."""
    found: dict[Aspect, PairwiseComparisons] = {}
    for aspect in dict.fromkeys(one.criterion.aspect for one in losses):
        own = [one for one in losses if one.criterion.aspect == aspect]
        found[aspect] = PairwiseComparisons(np.array([np.isin(np.arange(size), one.places) for one in own]), own)
    return found
