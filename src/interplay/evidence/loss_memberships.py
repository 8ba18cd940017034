"""Losses by which an attacker without other models guesses who was trained on, and who was."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class LossMemberships(Exhibit):
    """Log-likelihoods of labels (larger = more likely a member), and the truth; an attack by them takes no other model.

    `scored` marks the rows that the attack was tried on.
    """

    attack: ClassVar[bool] = True
    needs_shadows: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    loss: Float[Array, "member row"]
    inside: Bool[Array, "member row"]
    scored: Bool[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, "loss memberships"), models.rows.counted.shape
        inside = chance.random(shape) < 0.5
        return cls(np.asarray(chance.normal(size=shape) + 0.5 * inside), inside, chance.random(shape) < 0.9)
