"""Whether a model can hide from explanations what it decides by."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations


@dataclass(frozen=True, eq=False)
class Concealment(Exhibit):
    """Whether a wrapped rule hides the column that it decides by: 1 where that column leads the explanation of the bare rule
    on a row and not that of the wrapped one, else 0; NaN where it does not lead that of the bare rule.

    The wrapper answers rows that look like perturbed ones by another column. It is a question to the explanations and
    the table, not to a trained model; each member has a detector of its own, learned on the rows that it trained on.
    """

    attack: ClassVar[bool] = True
    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " explained"]
    hidden: Float[Array, "member explained"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "concealment")
        return cls(models.attacked, (chance.random((models.members, len(models.attacked))) < 0.4).astype(float))
