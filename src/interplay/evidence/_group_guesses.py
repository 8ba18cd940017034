"""What someone gains who guesses the group of a row with something that a model gives away."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class GroupGuesses(Exhibit):
    """Gains of a guess: 1 where the guess with what is released is right and the one without is not, -1 the other way round,
    else 0.
    """

    attack: ClassVar[bool] = True

    rows: Int[Array, " attacked"]
    gains: Float[Array, "member attacked"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, cls.__name__), (models.members, len(models.attacked))
        return cls(models.attacked, chance.choice([-1.0, 0.0, 1.0], size=shape, p=[0.2, 0.5, 0.3]))
