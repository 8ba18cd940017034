"""Margins of the favourable class, with and without what an attacker can move."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class Logits(Exhibit):
    """The margin of the favourable class, and the same with all movable columns held at their training mean."""

    direct: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)

    margins: Float[Array, "member row"]
    margins_without_movable: Float[Array, "member row"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chosen = models.clean[:, :, models.rows.favourable]
        margins = chosen - np.log1p(-np.exp(chosen))
        noise = streams.generator(models.seed, "logits").normal(size=margins.shape)
        return cls(margins, 0.6 * margins + 0.1 * noise)
