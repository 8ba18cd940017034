"""How much explanations change where a row is changed a little."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations


@dataclass(frozen=True, eq=False)
class ExplanationSearch(Exhibit):
    """The share of the most important columns of an explanation that is lost by small changes that keep the decision.

    `lost` is the most that was found by a search, and `lost_by_chance` the mean over random changes within the same
    radius: 1 - (columns in both) / (columns in either) of the three most important columns. A row whose score hardly
    varies around it, or that no change within the radius moves to another explanation, is NaN for that member.
    """

    attack: ClassVar[bool] = True
    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " explained"]
    lost: Float[Array, "member explained"]
    lost_by_chance: Float[Array, "member explained"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "explanation search")
        lost = chance.choice([0.0, 0.5, 0.8, 1.0], size=(models.members, len(models.attacked)))
        return cls(models.attacked, lost, lost * chance.random(lost.shape))
