"""Whether a decision is another one than what something else says of the row; it depends on the draw."""

from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Decided, Drawn


@dataclass(frozen=True, eq=False)
class Against(Drawn):
    """1 where the decision is favourable and `side` says it is not, or the other way round; else 0.

    Example:
        >>> cuts = np.array([[[0.0], [2.0]]])
        >>> rows = np.array([0])
        >>> decided = Decided(np.array([[1.0]]), cuts, cuts, np.ones((1, 2, 1)), rows, rows / 1.0, rows == 0)
        >>> Against(decided, np.array([[True]])).of(0, rows).tolist()
        [[0.0, 1.0]]
    """

    decided: Decided
    """1 where the decision is favourable."""
    side: Bool[Array, "member some"]

    @property
    def contents(self) -> tuple[Array, ...]:
        return *self.decided.contents, np.asarray(self.side)

    def at(self, order: Int[Array, " few"]) -> "Against":
        return replace(self, decided=self.decided.at(order), side=self.side[:, order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        values, unsure = self.decided.shared()
        return np.abs(values - self.side), unsure

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        return np.asarray(np.abs(self.decided.of(member, rows) - self.side[member, rows, None]))
