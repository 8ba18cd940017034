"""Robust accuracy disparity: the largest difference between groups in accuracy under attack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Evidence, Exhibit
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class RobustAccuracyDisparity(DisparityMetric):
    """The largest difference between groups in accuracy under attack.

    robust_accuracy_disparity = max over groups a, b of [robust accuracy(a) - robust accuracy(b)],
    robust accuracy(a) = share of the attacked rows of a still decided as their label

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 means that the attack leaves all
    groups the same accuracy.

    Reference: Xu et al. (2021); Nanda et al. (2021), on robustness disparity; Cresswell (2025), section 3.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> attacked = Attacked(np.arange(4), np.array([[1, 1, 1, 0]]), np.zeros((1, 4, 2)), radius=0.5, steps=10)
        >>> evidence = tabulated(labels=[1, 1, 1, 1], groups=[0, 0, 1, 1], exhibits=(attacked,))
        >>> RobustAccuracyDisparity("group").measure(evidence).mean
        0.5

    Does not show: how much of the difference is there without an attack; see accuracy_disparity. A stronger attack may
    give another number. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "robust accuracy disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked,)
    reference: ClassVar[str] = "Xu et al., 2021"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        attacked = evidence.ask(Attacked)
        if isinstance(attacked, NotMeasurable):
            return attacked
        return {"robust accuracy": Rate(attacked.right(evidence.rows), rows=attacked.rows)}
