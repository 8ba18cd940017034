"""How far the rows of each class reach towards another class."""

from dataclasses import dataclass
from typing import Self

from interplay import streams
from interplay.arrays import Array, Float
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class ClassOverlap(Exhibit):
    """The spread of each class along the line to the mean of another one, over the distance of both means, where it is largest.

    overlap(c) = max over other classes d of [SD of the rows of c along mean(d) - mean(c) / |mean(d) - mean(c)|]

    Of the encoded rows of the pool, which no model has to be asked about.
    """

    overlap: Float[Array, " label"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(streams.generator(models.seed, "class overlap").uniform(0.2, 1.0, models.rows.classes))
