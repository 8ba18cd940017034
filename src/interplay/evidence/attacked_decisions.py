"""The decisions on adversarial rows of members that give nothing else."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class AttackedDecisions(Exhibit):
    """The decisions on rows moved by an attack that sees decisions alone."""

    attack: ClassVar[bool] = True

    rows: Int[Array, " attacked"]
    decisions: Int[Array, "member attacked"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(models.attacked, np.asarray(models.moved.argmax(axis=2)))
