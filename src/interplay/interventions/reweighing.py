"""Reweighing: row weights that make group and label look independent."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class Reweighing(DataIntervention):
    """Weigh the training rows so that group and label look independent.

    weight(g, y) = P(group = g) * P(label = y) / P(group = g, label = y)

    with the shares counted on the rows a member trains on. `strength` in [0, 1]: 0 leaves all weights at one, 1 is the
    full method, between them weight ** strength. Rows whose group is missing keep weight one. Weights have mean one.

    Reference: Kamiran and Calders (2012), Algorithm 3.

    Example:
        >>> rows = TrainingRows(labels=np.array([1, 1, 1, 0]), groups=np.array([0, 0, 1, 1]), classes=2)
        >>> Reweighing().weigh(rows).round(3).tolist()
        [0.857, 0.857, 1.714, 0.571]

    Does not show: any effect on error rates within a group. The counts come from exact rows and lie outside a privacy
    budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "reweighing"
    serves: ClassVar[tuple[Service, ...]] = (
        Service("demographic_parity_difference"),
        Service("equal_opportunity_difference"),
    )
    reference: ClassVar[str] = "Kamiran and Calders, 2012"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Weights that make label and group independent in the training rows.",
        by_group=True,
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("P->F", "row weights before private training", "Kamiran and Calders, 2012"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"strength": Range(0.0, 1.0)})

    strength: float = 1.0

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        known = rows.groups >= 0
        weights = np.ones(len(rows.labels))
        total = max(int(known.sum()), 1)
        for group in np.unique(rows.groups[known]):
            in_group = rows.groups == group
            for label in range(rows.classes):
                here = in_group & (rows.labels == label)
                if here.any():
                    expected = in_group.sum() * (known & (rows.labels == label)).sum() / total
                    weights[here] = (expected / here.sum()) ** self.strength
        return np.asarray(weights / weights.mean())
