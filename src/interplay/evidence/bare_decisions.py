"""The decisions of members that give nothing else."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay.arrays import Array, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class BareDecisions(Exhibit):
    """The decisions on all rows of members that give no probabilities, from which a rule could decide otherwise."""

    decisions: Int[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(np.asarray(models.clean.argmax(axis=2)))
