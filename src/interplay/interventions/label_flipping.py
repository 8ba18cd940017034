"""Flipped labels of a small group: an attack on the training rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.aspects import Aspect
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service


@dataclass(frozen=True)
class LabelFlipping(DataIntervention):
    """Flip the labels of a few training rows of the smallest group: a diagnostic of what poisoned rows do.

    label(row) = the most frequent other label, for round(share * rows) of the training rows

    The rows come from the smallest cell of group and label. When it has no row left, those of the other cells of its group
    follow, the smaller ones first, and then the cells of the group with the smallest cell of those that are left. Within a
    cell they are spread evenly over its rows in their order, so that the same rows are flipped under every treatment. Rows
    whose group is missing keep their labels. `share` in [0, 1], of all training rows; 0 changes nothing. It acts before
    every other intervention: row weights follow from flipped labels, as they do for whoever is attacked. Tuning,
    calibration and test rows keep their labels.

    It is trained alone and beside each fairness intervention in training, for the same attack on both, and is never chosen.

    Reference: Chang et al. (2020), "On adversarial bias and the robustness of fair machine learning", adversarial labelling.

    Example:
        >>> rows = TrainingRows(labels=np.array([1, 1, 0, 0, 1, 0]), groups=np.array([0, 0, 0, 0, 1, -1]), classes=2)
        >>> LabelFlipping(share=1 / 3).relabel(rows).tolist()
        [1, 1, 0, 1, 0, 0]

    Does not show: the worst that so many rows can do. An attacker who knows the model flips those rows that hurt most, or
    adds rows with other columns.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "flipped labels of a small group"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Chang et al., 2020"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"share": Range(0.0, 1.0)})
    beside: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)

    share: float = 0.05

    @property
    def diagnostic(self) -> str:
        return "it is an attack on the training rows, and shows what these do to a model"

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        return np.ones(len(rows.labels))

    def relabel(self, rows: TrainingRows) -> Int[Array, " row"]:
        labels, left = rows.labels.copy(), round(self.share * len(rows.labels))
        for cell in _cells(rows):
            taken = min(left, len(cell))
            left -= taken
            flipped = cell[_evenly(len(cell), taken)]
            labels[flipped] = rows.most_frequent_other(int(rows.labels[cell[0]]))
        return labels


def _cells(rows: TrainingRows) -> Iterator[Int[Array, " some"]]:
    """The rows of every group and label, in the order in which they are taken."""
    found = []
    for group in np.unique(rows.groups[rows.groups >= 0]):
        here = [np.flatnonzero((rows.groups == group) & (rows.labels == label)) for label in range(rows.classes)]
        found.append(sorted((cell for cell in here if len(cell)), key=len))
    for cells in sorted(found, key=lambda cells: len(cells[0])):
        yield from cells


def _evenly(count: int, taken: int) -> Int[Array, " some"]:
    """So many of `count` places, evenly apart.

    Example:
        >>> _evenly(10, 2).tolist(), _evenly(3, 3).tolist(), _evenly(3, 0).tolist()
        ([2, 7], [0, 1, 2], [])
    """
    return (2 * np.arange(taken) + 1) * count // (2 * max(taken, 1))
