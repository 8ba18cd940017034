"""What an attacker on membership reads from the explanations of rows of the pool."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations


@dataclass(frozen=True, eq=False)
class ExplanationSignals(Exhibit):
    """The number that an attacker reads from each explanation: beside the decision alone, and beside the score.

    Which number that is depends on the explainer: how far the score lies from the local model of the explanation (LIME), the
    score itself, to which complete explanations add up, or how much an explanation varies over features. All members are
    explained with the same perturbed rows: an attacker who knows them has the most to compare.
    """

    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " disclosed"]
    alone: Float[Array, "member disclosed"]
    with_scores: Float[Array, "member disclosed"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "explanation signals")
        shape = models.members, len(models.attacked)
        return cls(models.attacked, chance.normal(size=shape), chance.normal(size=shape))
