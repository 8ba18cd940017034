"""What something that leaves a model tells about who was in its training rows."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Bool, Float
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class Disclosure(Exhibit):
    """Scores of a membership attack that sees one kind of output (larger = more likely a member), and the truth.

    `scored` marks the rows that the attack was tried on: those of the pool, or as many of them as an attack takes, with
    shadow models on both sides. Scores of all members may be pooled.
    """

    attack: ClassVar[bool] = True
    needs_shadows: ClassVar[bool] = True
    needs_training: ClassVar[bool] = True

    scores: Float[Array, "member row"]
    inside: Bool[Array, "member row"]
    scored: Bool[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, cls.__name__), models.rows.counted.shape
        inside = chance.random(shape) < 0.5
        return cls(chance.normal(size=shape) + inside, inside, chance.random(shape) < 0.9)
