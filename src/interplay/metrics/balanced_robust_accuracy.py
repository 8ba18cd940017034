"""Balanced robust accuracy: the robust accuracy within each class, averaged over the classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class BalancedRobustAccuracy(Metric):
    """The robust accuracy within each class, averaged over the classes.

    balanced_robust_accuracy = mean over classes c of [share of the attacked rows with label c still decided as c]

    Between 0 and 1; higher is better; one over the number of classes for a model that always says the same, which no
    attack moves. Not measurable when a class has no attacked row.

    Reference: Brodersen et al. (2010) for the balancing; Madry et al. (2018) for robust accuracy; Cresswell (2025),
    Eq. 4.

    Example:
        >>> from interplay.evidence import tabulated
        >>> always_one = Attacked(np.arange(4), np.array([[1, 1, 1, 1]]), np.zeros((1, 4, 2)), radius=0.5, steps=10)
        >>> evidence = tabulated(labels=[1, 1, 1, 0], exhibits=(always_one,))
        >>> BalancedRobustAccuracy().measure(evidence).mean
        0.5

    Does not show: robustness to a stronger attack or another radius, nor which class is moved; see
    worst_class_robust_accuracy.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "balanced robust accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Brodersen et al., 2010"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        attacked = evidence.ask(Attacked)
        if isinstance(attacked, NotMeasurable):
            return attacked
        recalls = class_means(evidence, attacked.right(evidence.rows), attacked.rows)
        if isinstance(recalls, NotMeasurable):
            return recalls
        return Sample(np.mean(recalls, axis=0), evidence.support(rows=attacked.rows))
