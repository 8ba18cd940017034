"""A representation learned on the largest group: what features that served other people carry over."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._data import TrainingRows
from interplay.interventions._purpose import Service
from interplay.interventions._start import StartIntervention


@dataclass(frozen=True)
class Pretrained(StartIntervention):
    """Learn the hidden layers on the largest group alone, the output layer on all rows: a diagnostic of a biased representation.

    weight(row) = rows / (rows of the largest group) in the training that comes first for a row of that group, else 0

    A network that was trained elsewhere has learned what mattered to the people it was trained on. Here these are the largest
    group of the study: a network is trained on them, its hidden layers stay as they are, and the output layer is trained on all
    rows, with whatever else acts in training. Rows without a group take no part in what comes first, unless none has one.

    It is trained by itself and beside each robustness intervention, for the difference to the same intervention without it, and
    is never chosen.

    Reference: Nanda et al. (2021), "Fairness through robustness: investigating robustness disparity in deep learning", on
    pre-trained features.

    Example:
        >>> rows = TrainingRows(np.array([1, 0, 1, 0]), groups=np.array([0, 0, 1, -1]), classes=2)
        >>> Pretrained().weigh_first(rows).tolist()
        [2.0, 2.0, 0.0, 0.0]

    Does not show: what a particular network of somebody else's carries over, which has seen other people and more of them. Fixed
    layers leave less to learn with, so that a model may be worse for everybody; the difference between groups is what counts.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "a representation of the largest group"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Nanda et al., 2021"
    needs_groups: ClassVar[bool] = True
    beside: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)

    @property
    def diagnostic(self) -> str:
        return "its hidden layers have seen one group only, and it shows what that does to the others"

    def weigh_first(self, rows: TrainingRows) -> Float[Array, " row"]:
        counts = np.bincount(rows.groups[rows.groups >= 0])
        largest = rows.groups == (counts.argmax() if len(counts) else -1)
        return np.where(largest, len(largest) / largest.sum(), 0.0)
