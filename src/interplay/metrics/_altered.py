"""Whether the prediction set of a row differs from that of the row that an attack made of it; it depends on the draw."""

from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn, Part, edges, limits_of, within


@dataclass(frozen=True, eq=False)
class Altered(Drawn):
    """1 where some label is within its limit before or after an attack but not both, else 0.

    Example:
        >>> row = Altered(np.array([[[0.2, 0.8]]]), np.array([[[0.6, 0.4]]]), np.array([[[0.5], [0.9]]]), np.array([0]))
        >>> row.of(0, np.array([0])).tolist()
        [[1.0, 0.0]]
    """

    scores: Float[Array, "member some label"]
    moved: Float[Array, "member some label"]
    limits: Float[Array, "member draw part"]
    part: Part
    strict: bool = False

    def at(self, order: Int[Array, " few"]) -> "Altered":
        return replace(self, scores=self.scores[:, order], moved=self.moved[:, order], part=self.part[order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        (before, after), (before_ever, after_ever) = (
            [within(scores, edge, self.strict) for scores in (self.scores, self.moved)]
            for edge in edges(self.limits, self.part)
        )
        undecided = (before_ever & ~before) | (after_ever & ~after)
        differ = (before != after).any(axis=2)
        return differ.astype(np.float64), np.asarray(undecided.any(axis=2))

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        before, after = self.scores[member, rows].T, self.moved[member, rows].T
        limits = limits_of(self.limits[member], self.part[rows], len(before))
        held, held_after = (within(scores[..., None], limits, self.strict) for scores in (before, after))
        return (held != held_after).any(axis=0).astype(np.float64)
