"""Worst-class robust accuracy: the robust accuracy in the class for which it is lowest."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class WorstClassRobustAccuracy(Metric):
    """The robust accuracy in the class for which it is lowest.

    worst_class_robust_accuracy = share of the attacked rows with label c still decided as c, c = the class with the
    lowest share

    A member's class is chosen at unit weights and then followed through all draws, so that the value does not jump
    between classes. Between 0 and 1; higher is better; 0 for a model that always says the same. Not measurable when a class has
    no attacked row.

    Reference: Xu et al. (2021), "To be robust or to be fair", who judge the worst class; Madry et al. (2018).

    Example:
        >>> from interplay.evidence import tabulated
        >>> attacked = Attacked(np.arange(4), np.array([[1, 1, 1, 0]]), np.zeros((1, 4, 2)), radius=0.5, steps=10)
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(attacked,))
        >>> WorstClassRobustAccuracy().measure(evidence).mean
        0.5

    Does not show: how the other classes fare, nor which one it is. The lowest of several noisy numbers is biased
    downward, and two treatments may have different worst classes.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "worst-class robust accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Xu et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        attacked = evidence.ask(Attacked)
        if isinstance(attacked, NotMeasurable):
            return attacked
        labels = evidence.rows.labels[attacked.rows]
        recalls = class_means(evidence, attacked.right(evidence.rows), attacked.rows)
        if isinstance(recalls, NotMeasurable):
            return recalls
        stacked = np.stack(recalls)
        worst = stacked[:, :, 0].argmin(axis=0)
        values = np.take_along_axis(stacked, worst[None, :, None], axis=0)[0]
        return Sample(values, min(evidence.support(labels == label, attacked.rows) for label in set(worst.tolist())))
