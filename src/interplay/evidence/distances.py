"""How far the nearest point with another decision lies."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.decision_rule import DecisionRule
from interplay.evidence.rightly_decided import right_on_attacked


@dataclass(frozen=True, eq=False)
class Distances(Exhibit):
    """How far the nearest point found with another decision lies, at most `largest` (a row that never flips has it).

    In standard deviations of the encoded columns; of the scores and thresholds as fitted at unit weights, in every draw.
    """

    attack: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (DecisionRule,)

    rows: Int[Array, " attacked"]
    distances: Float[Array, "member attacked"]
    largest: float

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        right = right_on_attacked(models)
        found = right * streams.generator(models.seed, "distances").uniform(0.05, 4.0, right.shape)
        return cls(models.attacked, found, largest=4.0)
