"""Scores of membership attacks, and who was a member."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class Memberships(Exhibit):
    """Membership scores of pool rows (larger = more likely a member), and the truth.

    `scored` marks the rows which have both member and non-member shadows. `lira` is standardised and `rmia` is a rank
    among rows that no member trained on, so that the scores of all members may be pooled.
    """

    attack: ClassVar[bool] = True
    needs_shadows: ClassVar[bool] = True
    needs_training: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    lira: Float[Array, "member row"]
    loss: Float[Array, "member row"]
    rmia: Float[Array, "member row"]
    inside: Bool[Array, "member row"]
    scored: Bool[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, "memberships"), models.rows.counted.shape
        inside = chance.random(shape) < 0.5
        lira, loss = chance.normal(size=(2, *shape))
        scored = chance.random(shape) < 0.9
        rmia = chance.normal(size=shape) + 1.5 * inside
        return cls(lira + inside, loss + 0.5 * inside, 1 / (1 + np.exp(-rmia)), inside, scored)
