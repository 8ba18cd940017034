"""Reduction: parity between groups as weights and labels of one fit, at a fixed multiplier."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.aspects import Aspect
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class Reduction(DataIntervention):
    """Trade errors for parity: weigh and relabel the training rows by what a favourable decision of each is worth.

    worth(row) = (1 if its label is favourable, else -1) + multiplier * side(group) / P(group)

    with side 1 for the group with the smallest share of favourable labels, -1 for that with the largest, and 0 for others and
    rows whose group is missing; shares and P are those of the rows a member trains on. A model learns from the label that is
    favourable where worth is above 0, with weight |worth| (scaled to mean one): minimising that loss is minimising

    error + multiplier * (difference between the two groups in the share of favourable decisions)

    `multiplier` is at least 0: 0 is plain training. Where it exceeds the share of a group, all labels of this group become the
    same, and its rows weigh the more. With several labels, unfavourable stands for the most frequent other one.

    Reference: Agarwal et al. (2018), "A reductions approach to fair classification", section 3.2, for the one best response at a
    fixed multiplier; their randomised mixture over many multipliers is another method, which gives no probabilities.

    Example:
        >>> rows = TrainingRows(labels=np.array([1, 1, 0, 1, 0, 0]), groups=np.array([0, 0, 0, 1, 1, 1]), classes=2)
        >>> Reduction(multiplier=0.25).weigh(rows).round(6).tolist()
        [0.6, 0.6, 1.8, 1.8, 0.6, 0.6]
        >>> Reduction(multiplier=0.75).relabel(rows).tolist()
        [0, 0, 0, 1, 1, 1]

    Does not show: parity at any stated difference, which no single multiplier promises; nor any effect on error rates within a
    group. The counts come from exact rows and lie outside a privacy budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "reduction to weighted rows"
    serves: ClassVar[tuple[Service, ...]] = (Service("demographic_parity_difference"),)
    reference: ClassVar[str] = "Agarwal et al., 2018"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"multiplier": Range(0.0)})

    multiplier: float = 0.15

    def remade(self, rows: TrainingRows) -> tuple[TrainingRows, Float[Array, " row"]]:
        return replace(rows, labels=self.relabel(rows)), self.weigh(rows)

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        weights = np.abs(self._worth(rows))
        return np.asarray(weights / weights.mean()) if weights.any() else np.ones(len(weights))

    def relabel(self, rows: TrainingRows) -> Int[Array, " row"]:
        worth, hoped_for = self._worth(rows), rows.labels == rows.favourable
        raised = np.where(~hoped_for & (worth > 0), rows.favourable, rows.labels)
        return np.where(hoped_for & (worth < 0), rows.most_frequent_other(rows.favourable), raised)

    def _worth(self, rows: TrainingRows) -> Float[Array, " row"]:
        """What a favourable decision of each row is worth; below 0 an unfavourable one is better."""
        hoped_for = rows.labels == rows.favourable
        return np.where(hoped_for, 1.0, -1.0) + self.multiplier * _side_over_share(hoped_for, rows.groups)


def _side_over_share(hoped_for: Array, groups: Int[Array, " row"]) -> Float[Array, " row"]:
    """One over the share of the group that is worst off, minus that of the best one, and 0 elsewhere."""
    known = groups >= 0
    codes, counts = np.unique(groups[known], return_counts=True)
    rates = np.array([hoped_for[groups == code].mean() for code in codes])
    found = np.zeros(len(groups))
    if len(codes) and rates.min() < rates.max():
        for at, side in ((rates.argmin(), 1.0), (rates.argmax(), -1.0)):
            found[groups == codes[at]] = side * known.sum() / counts[at]
    return found
