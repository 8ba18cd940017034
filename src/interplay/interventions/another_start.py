"""Another start: the control once more, with other random numbers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class AnotherStart(DataIntervention):
    """Train on the same rows from another initialisation, with other batches: a diagnostic of what chance does.

    weight(row) = 1, and every random number of training comes from a stream of its own

    All other treatments of a member share its random numbers with the control, so that they differ by what was done alone.
    This is the control with none of them in common: what differs between the two is what retraining changes, and what a
    second model gives away that was trained to no purpose. It is trained and compared by itself, and is never chosen.

    Reference: Kulynych et al. (2022), on attacks that differ by chance; Tian et al. (2024), attacks on a pair of models.

    Example:
        >>> AnotherStart().weigh(TrainingRows(np.array([1, 0]), np.array([0, 1]), classes=2)).tolist()
        [1.0, 1.0]

    Does not show: what other rows would change; the rows are those of the control.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "another start"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Tian et al., 2024"
    streams: ClassVar[str] = "another start"

    @property
    def diagnostic(self) -> str:
        return "it is the control once more, and shows what chance does"

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        return np.ones(len(rows.labels))
