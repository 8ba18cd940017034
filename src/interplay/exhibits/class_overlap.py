"""How far the rows of each class reach towards another class."""

from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.evidence import ClassOverlap, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ClassOverlapMaker(Maker):
    """How far the rows of each class reach towards another class."""

    makes: ClassVar[type[Exhibit]] = ClassOverlap
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ClassOverlap | NotMeasurable:
        del members, ask
        pool, classes = setting.design.pool, len(setting.dataset.classes)
        labels, weights = setting.dataset.labels[pool], setting.rows.weights[0, pool]
        if (few := np.flatnonzero(np.bincount(labels, minlength=classes) < 2)).size:
            return NotMeasurable(f"class {few[0]} has fewer than two rows in the pool, and so no spread")
        measured = overlaps(np.asarray(setting.encoded.matrix[pool], dtype=np.float64), labels, weights, classes)
        if not np.isfinite(measured).all():
            return NotMeasurable("two classes have the same mean in every encoded column")
        return ClassOverlap(measured)


def overlaps(
    inputs: Float[Array, "row column"], labels: Int[Array, " row"], weights: Float[Array, " row"], classes: int
) -> Float[Array, " label"]:
    """The overlap of every class, from encoded rows; infinite where another class has the same mean.

    Example:
        >>> inputs = np.array([[-1.0, 5.0], [1.0, -5.0], [3.0, 0.0], [5.0, 0.0]])
        >>> overlaps(inputs, np.array([0, 0, 1, 1]), np.ones(4), 2).tolist()
        [0.25, 0.25]

    Does not show: overlap in a direction other than those between two means.
    """
    of_class = [labels == label for label in range(classes)]
    means = np.stack([np.average(inputs[here], axis=0, weights=weights[here]) for here in of_class])
    largest = np.zeros(classes)
    for label, here in enumerate(of_class):
        towards = np.delete(means, label, axis=0) - means[label]
        squares = (towards**2).sum(axis=1)
        along = (inputs[here] - means[label]) @ towards.T
        spread = np.sqrt(np.average(along**2, axis=0, weights=weights[here]))
        largest[label] = np.divide(spread, squares, out=np.full(len(squares), np.inf), where=squares > 0).max()
    return largest
