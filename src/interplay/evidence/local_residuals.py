"""How far scores lie from the local models that explain them, on rows of the pool."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations


@dataclass(frozen=True, eq=False)
class LocalResiduals(Exhibit):
    """The favourable score of rows of the pool, less what the local model of their explanation says of them.

    All members are explained with the same perturbed rows: an attacker who knows them has the most to compare.
    """

    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " disclosed"]
    residuals: Float[Array, "member disclosed"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "local residuals")
        return cls(models.attacked, chance.normal(size=(models.members, len(models.attacked))))
