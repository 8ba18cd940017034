"""Oversampling: rows of small groups count as if every group were as large as the largest."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class Oversampling(DataIntervention):
    """Weigh the rows of small groups up, as drawing them again would.

    weight(g) = (rows of the largest group / rows of g) ** strength

    with the rows a member trains on. `strength` in [0, 1]: 0 leaves all weights at one, with 1 every group has the same
    weight in total. A row is weighed and not drawn several times, which changes the loss in the same way and leaves a budget
    of privacy its meaning. Rows whose group is missing keep the weight of the largest group. Weights have mean one.

    Reference: Buda et al. (2018), on classes; Caton and Haas (2024), section 4.1, on groups.

    Example:
        >>> rows = TrainingRows(labels=np.array([1, 0, 1, 0]), groups=np.array([0, 0, 0, 1]), classes=2)
        >>> Oversampling().weigh(rows).round(3).tolist()
        [0.667, 0.667, 0.667, 2.0]

    Does not show: any effect on the shares of labels within a group, which stay as they are. The counts come from exact
    rows and lie outside a privacy budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "oversampling of small groups"
    serves: ClassVar[tuple[Service, ...]] = (Service("worst_group_accuracy"), Service("accuracy_disparity"))
    reference: ClassVar[str] = "Caton and Haas, 2024"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"strength": Range(0.0, 1.0)})

    strength: float = 1.0

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        weights = np.ones(len(rows.groups))
        found, counts = np.unique(rows.groups[rows.groups >= 0], return_counts=True)
        for group, count in zip(found, counts, strict=True):
            weights[rows.groups == group] = (counts.max() / count) ** self.strength
        return np.asarray(weights / weights.mean())
