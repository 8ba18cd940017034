"""Pre-processing: weights of the training rows, and other labels for them."""

import abc
from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.interventions._intervention import Intervention


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The rows one member trains on: labels, the codes of the grouping the study mitigates for, and which label is hoped for.

    Where a study takes rows out by their exposure, `ranks` say of every row which share of the pool is more exposed, and
    `lots` which share of the pool comes before it by lot; else both are None. Rows of one cluster have one rank and one lot.
    """

    labels: Int[Array, " row"]
    groups: Int[Array, " row"]
    classes: int
    ranks: Float[Array, " row"] | None = None
    lots: Float[Array, " row"] | None = None
    favourable: int = 1

    def most_frequent_other(self, label: int) -> int:
        """The most frequent label but for one."""
        counts = np.bincount(self.labels, minlength=self.classes).astype(np.float64)
        counts[label] = -1
        return int(counts.argmax())


@dataclass(frozen=True)
class DataIntervention(Intervention):
    """Pre-processing: row weights from the training rows, and other labels for them.

    Labels are changed first, by one intervention after the other, and every row weight follows from the labels that a model
    learns from; an intervention whose labels and weights come from the same number overrides `remade`. The weights of several
    multiply, and the product is scaled to mean one again.
    """

    @abc.abstractmethod
    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row, mean one."""

    def relabel(self, rows: TrainingRows) -> Int[Array, " row"]:
        """The labels that a model learns from; those of the rows unless an intervention changes them."""
        return rows.labels

    def remade(self, rows: TrainingRows) -> tuple[TrainingRows, Float[Array, " row"]]:
        """The rows with the labels that a model learns from, and their weights."""
        learned = replace(rows, labels=self.relabel(rows)) if self.relabels else rows
        return learned, self.weigh(learned)

    @property
    def turn(self) -> int:
        """When it acts among others of its phase: attacks on labels come first, then other labels, then weights alone."""
        return int(not self.diagnostic) if self.relabels else 2

    @property
    def relabels(self) -> bool:
        """Whether it changes labels."""
        return type(self).relabel is not DataIntervention.relabel

    @property
    def weighs(self) -> bool:
        """Whether it weighs some rows more than others, tried on a few whose groups have their own share of every label."""
        _, weights = self.remade(_FEW)
        return bool((weights != weights[0]).any())


_FEW = TrainingRows(
    labels=np.array([0, 0, 1, 1, 1, 1, 0]),
    groups=np.array([0, 0, 0, 1, 1, 1, 1]),
    classes=2,
    ranks=np.linspace(0, 1, 7),
    lots=np.linspace(0, 1, 7),
)
