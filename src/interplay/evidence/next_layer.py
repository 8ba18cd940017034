"""Who comes after the most exposed rows."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Int
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class NextLayer(Exhibit):
    """The rows ranked just below the most exposed ones, by members that are measured nowhere; the same for all treatments.

    `rows` are their positions in the table.
    """

    rows: Int[Array, " layer"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance, count = streams.generator(models.seed, cls.__name__), len(models.rows.labels)
        return cls(np.sort(chance.choice(count, max(1, count // 3), replace=False)))
