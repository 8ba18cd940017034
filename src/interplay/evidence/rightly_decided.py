"""Which rows are decided as their label."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Bool
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class RightlyDecided(Exhibit):
    """Which rows are decided as their label, at unit weights; where two treatments are compared, which both decide so."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)

    right: Bool[Array, "member row"]

    @classmethod
    def stand_in(cls, planned: Planned) -> Self:
        return cls(np.ones(planned.rows.counted.shape, dtype=bool))

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(models.clean.argmax(axis=2) == models.rows.labels)


def right_on_attacked(models: RandomModels) -> Bool[Array, "member attacked"]:
    """Which of the attacked rows random models decide as their label before the attack."""
    return np.asarray(models.clean.argmax(axis=2)[:, models.attacked] == models.rows.labels[models.attacked])
