"""How much models rely on each feature around a row, by changing it, and which features stand in for a group."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.explanations import Explanations


@dataclass(frozen=True, eq=False)
class Reliance(Exhibit):
    """The mean change of the favourable score where one feature of a row is replaced by values of other rows.

    `stand_ins` marks the features that say most of the group that fairness interventions act on, its own column
    included; `drivers` those that say most of the label.
    """

    released_with: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)

    rows: Int[Array, " explained"]
    effects: Float[Array, "member explained feature"]
    stand_ins: Bool[Array, " feature"]
    drivers: Bool[Array, " feature"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "reliance")
        effects = chance.exponential(size=(models.members, len(models.attacked), models.features))
        return cls(models.attacked, effects, np.arange(models.features) < 2, np.arange(models.features) > 1)
