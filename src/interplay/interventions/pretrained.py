"""A start from the largest group: what a representation learned on other people carries over."""

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
    """Train first on the rows of the largest group alone, and go on from there: a diagnostic of a biased representation.

    weight(row) = rows / (rows of the largest group) in the training that comes first for a row of that group, else 0

    A network that was trained elsewhere has learned what mattered to the people it was trained on. Here these are the largest
    group of the study, and everything that such a network has learned (all of its parameters) is where the training on all rows
    begins. Rows without a group take no part in the first training. It is trained by itself and beside each robustness
    intervention, for the difference to the same intervention from random parameters, and is never chosen.

    Reference: Nanda et al. (2021), "Fairness through robustness: investigating robustness disparity in deep learning", on
    pre-trained features.

    Example:
        >>> rows = TrainingRows(np.array([1, 0, 1, 0]), groups=np.array([0, 0, 1, -1]), classes=2)
        >>> Pretrained().weigh_first(rows).tolist()
        [2.0, 2.0, 0.0, 0.0]

    Does not show: what a particular network of somebody else's carries over. Starts of another size, or from other people,
    may carry more; and a model that is trained for long enough forgets where it began.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "a start from the largest group"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Nanda et al., 2021"
    needs_groups: ClassVar[bool] = True
    beside: ClassVar[tuple[Aspect, ...]] = (Aspect.ROBUSTNESS,)

    @property
    def diagnostic(self) -> str:
        return "it starts from a model of one group, and shows what such a start carries over"

    def weigh_first(self, rows: TrainingRows) -> Float[Array, " row"]:
        counts = np.bincount(rows.groups[rows.groups >= 0])
        largest = rows.groups == (counts.argmax() if len(counts) else -1)
        return np.where(largest, len(largest) / largest.sum(), 0.0)
