"""Standings by lower bounds instead of p values: fast to ask again with other estimates or tolerances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.decision.choose import Worse
from interplay.decision.losses import Losses
from interplay.decision.pairs import Square

Move = Float[Array, "*draw having"]


@dataclass(frozen=True, eq=False)
class Bounds:
    """Lower bounds whose widths are computed once for each level."""

    _known: dict[tuple[int, float], tuple[Float[Array, "case having having"], Square | None]] = field(
        default_factory=dict
    )

    def low(self, losses: Losses, error: float, move: Move | None = None) -> Square:
        """The lower bounds, with every mean moved where `move` is given (then by draw, where it is)."""
        key = id(losses), error
        if key not in self._known:
            self._known[key] = losses.lows(error)
        cases, floor = self._known[key]
        if move is not None:
            cases = np.stack(
                [
                    low + case.first * move[..., :, None] - case.second * move[..., None, :]
                    for low, case in zip(cases, losses.cases, strict=True)
                ]
            )
            # Where the sign of the gap of j is known, both cases have it.
            floor = None if floor is None else floor - losses.cases[0].second * move[..., None, :]
        found = cases.min(axis=0)
        return np.asarray(found if floor is None else np.where(losses.settled, np.maximum(found, floor), found))


@dataclass(frozen=True, eq=False)
class Bounded:
    """Who is shown to be worse: the lower bound exceeds the tolerance.

    The same as the standing by p values where `moves`, by criterion, is None; with draws, after the criterion they are
    an axis of the answer. `tolerances`, by metric key, replace the
    declared ones.
    """

    having: Bool[Array, "criterion candidate"]
    losses: Sequence[Losses]
    bounds: Bounds
    moves: Sequence[Move] | None = None
    tolerances: Mapping[str, float] = field(default_factory=dict)

    def worse(self, error: float) -> Worse:
        """Those whose lower bound exceeds the tolerance."""
        size = self.having.shape[1]
        draws = self.moves[0].shape[:-1] if self.moves else ()
        found = np.zeros((len(self.losses), *draws, size, size), dtype=bool)
        for place, one in enumerate(self.losses):
            criterion = one.criterion
            limit = criterion.scaled(self.tolerances.get(criterion.metric, criterion.tolerance))
            move = None if self.moves is None else self.moves[place]
            found[place][..., one.places[:, None], one.places] = self.bounds.low(one, error, move) > limit
        return found
