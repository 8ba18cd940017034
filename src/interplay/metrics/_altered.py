"""Whether the prediction set of a row differs from that of the row that an attack made of it; it depends on the draw."""

from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn


@dataclass(frozen=True, eq=False)
class Altered(Drawn):
    """1 where some label is within the limit of the row's part before or after an attack but not both, else 0.

    Example:
        >>> row = Altered(np.array([[[0.2, 0.8]]]), np.array([[[0.6, 0.4]]]), np.array([[[0.5], [0.9]]]), np.array([0]))
        >>> row.of(0, np.array([0])).tolist()
        [[1.0, 0.0]]
    """

    scores: Float[Array, "member some label"]
    moved: Float[Array, "member some label"]
    limits: Float[Array, "member draw part"]
    part: Int[Array, " some"]
    strict: bool = False

    def at(self, order: Int[Array, " few"]) -> "Altered":
        return replace(self, scores=self.scores[:, order], moved=self.moved[:, order], part=self.part[order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        low, high = (edge(self.limits, axis=1)[:, self.part, None] for edge in (np.min, np.max))
        undecided = [self._inside(scores, high) & ~self._inside(scores, low) for scores in (self.scores, self.moved)]
        differ = (self._inside(self.scores, low) != self._inside(self.moved, low)).any(axis=2)
        return differ.astype(np.float64), np.asarray((undecided[0] | undecided[1]).any(axis=2))

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        limits = self.limits[member].T[self.part[rows]]
        found = np.zeros(limits.shape, dtype=bool)
        for before, after in zip(self.scores[member, rows].T, self.moved[member, rows].T, strict=True):
            found |= self._inside(before[:, None], limits) != self._inside(after[:, None], limits)
        return found.astype(np.float64)

    def _inside(self, scores: Array, limits: Array) -> Bool[Array, "*any"]:
        return np.asarray(scores < limits if self.strict else scores <= limits)
