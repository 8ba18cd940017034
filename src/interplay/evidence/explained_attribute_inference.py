"""Whether explanations tell a person's group to someone who knows the other columns, the score and the decision."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class ExplainedAttributeInference(Exhibit):
    """What someone gains who guesses the group of a row: 1 where the guess with what is released is right and the one without is
    not, -1 the other way round, else 0.
    """

    attack: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores, Explanations)

    rows: Int[Array, " attacked"]
    gains: Float[Array, "member attacked"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = (
            streams.generator(models.seed, "explained_attribute_inference"),
            (models.members, len(models.attacked)),
        )
        return cls(models.attacked, chance.choice([-1.0, 0.0, 1.0], size=shape, p=[0.2, 0.5, 0.3]))
