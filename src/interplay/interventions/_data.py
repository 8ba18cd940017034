"""Pre-processing: weights of the training rows, and other labels for them."""

import abc
from dataclasses import dataclass

from interplay.arrays import Array, Float, Int
from interplay.interventions._intervention import Intervention


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """The rows one member trains on: labels and the codes of the grouping the study mitigates for.

    Where a study takes rows out by their exposure, `ranks` say of every row which share of the pool is more exposed, and
    `lots` which share of the pool comes before it by lot; else both are None. Rows of one cluster have one rank and one lot.
    """

    labels: Int[Array, " row"]
    groups: Int[Array, " row"]
    classes: int
    ranks: Float[Array, " row"] | None = None
    lots: Float[Array, " row"] | None = None


@dataclass(frozen=True)
class DataIntervention(Intervention):
    """Pre-processing: row weights from the training rows, and other labels for them.

    Labels are changed first, by one intervention after the other, and every row weight follows from the labels that a model
    learns from. The weights of several multiply, and the product is scaled to mean one again.
    """

    @abc.abstractmethod
    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row, mean one."""

    def relabel(self, rows: TrainingRows) -> Int[Array, " row"]:
        """The labels that a model learns from; those of the rows unless an intervention changes them."""
        return rows.labels

    @property
    def relabels(self) -> bool:
        """Whether it changes labels."""
        return type(self).relabel is not DataIntervention.relabel
