"""How often a simulated person who sees the prediction set of a row decides it rightly; it depends on the draw."""

from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn, Part, edges, limits_of, within

ALONE = 0.7
"""How often the person is right without a set."""


@dataclass(frozen=True, eq=False)
class Assisted(Drawn):
    """The chance that a person decides rightly who keeps a label of their own where the set holds it.

    value = 1(label in set) * (0.7 + 0.3 * (labels - size) / (labels - 1) / size), and 0.7 for an empty set

    Example:
        >>> rows = Assisted(np.array([[[0.2, 0.8]]]), np.array([0]), np.array([[[0.5], [0.9], [0.1]]]), np.array([0]))
        >>> rows.of(0, np.array([0])).round(6).tolist()
        [[1.0, 0.7, 0.7]]
    """

    scores: Float[Array, "member some label"]
    labels: Int[Array, " some"]
    limits: Float[Array, "member draw part"]
    part: Part
    strict: bool = False

    def at(self, order: Int[Array, " few"]) -> "Assisted":
        return replace(self, scores=self.scores[:, order], labels=self.labels[order], part=self.part[order])

    def shared(self) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
        always, ever = (within(self.scores, edge, self.strict) for edge in edges(self.limits, self.part))
        own = np.take_along_axis(always, self.labels[None, :, None], axis=2)[..., 0]
        return self._chance(own, always.sum(axis=2)), np.asarray((ever & ~always).any(axis=2))

    def of(self, member: int, rows: Int[Array, " few"]) -> Float[Array, "few draw"]:
        scores = self.scores[member, rows].T
        limits = limits_of(self.limits[member], self.part[rows], len(scores))
        held = within(scores[..., None], limits, self.strict)
        own = held[self.labels[rows], np.arange(len(rows))]
        return self._chance(own, held.sum(axis=0))

    def _chance(self, own: Bool[Array, "*any"], size: Int[Array, "*any"]) -> Float[Array, "*any"]:
        labels = self.scores.shape[2]
        others = (labels - size) / max(labels - 1, 1) / np.maximum(size, 1)
        return np.where(size == 0, ALONE, np.where(own, ALONE + (1 - ALONE) * others, 0.0))
