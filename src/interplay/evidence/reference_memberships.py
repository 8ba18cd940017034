"""Membership scores beside reference models, and who was trained on."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class ReferenceMemberships(Exhibit):
    """How much more likely a member makes the label of a row than reference models do (larger = more likely trained on it).

    `scored` marks the rows that the attack was tried on. `expected` is what the reference models alone say of every row where
    the rows trained on were not drawn by lot: they say the same of both kinds of rows if these differ in nothing else.
    """

    attack: ClassVar[bool] = True
    needs_shadows: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    scores: Float[Array, "member row"]
    inside: Bool[Array, "member row"]
    scored: Bool[Array, "member row"]
    expected: Float[Array, "member row"] | None = None

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, "reference memberships"), models.rows.counted.shape
        inside = chance.random(shape) < 0.5
        return cls(np.asarray(chance.normal(size=shape) + inside), inside, chance.random(shape) < 0.9)
