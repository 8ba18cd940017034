"""How sure members are of their most likely class, and what is released of it."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float
from interplay.evidence import Exhibit, RandomModels, Scores


@dataclass(frozen=True, eq=False)
class Confidence(Exhibit):
    """The largest probability of every row."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    largest: Float[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(np.exp(models.clean.max(axis=2)))


@dataclass(frozen=True, eq=False)
class ReleasedConfidence(Exhibit):
    """The largest probability of every row, rounded before it goes out."""

    released: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Confidence,)

    rounded: Float[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(np.exp(models.clean.max(axis=2)).round(1))
