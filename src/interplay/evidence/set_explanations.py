"""Local linear explanations of whole prediction sets, and how well they hold."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations
from interplay.evidence.prediction_sets import PredictionSets


@dataclass(frozen=True, eq=False)
class SetExplanations(Exhibit):
    """How well explanations of the soft size of prediction sets hold: `fidelity` is their weighted R2 on fresh points around
    the row, and `reference` that of the explanation of the score of a linear model of the same scale; NaN where either
    hardly varies around the row.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " explained"]
    fidelity: Float[Array, "member explained"]
    reference: Float[Array, "member explained"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, shape = streams.generator(models.seed, "set explanations"), (models.members, len(models.attacked))
        return cls(models.attacked, chance.uniform(0.1, 0.6, shape), chance.uniform(0.3, 0.5, shape))
