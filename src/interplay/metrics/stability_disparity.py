"""Stability disparity: the largest difference between groups in how well two explanations of a row agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._mean import known
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class StabilityDisparity(DisparityMetric):
    """The largest difference between groups in how well two explanations of the same row agree.

    stability_disparity = max over groups a, b of [stability(a) - stability(b)], stability(group) = mean over its
    explained rows of [rank correlation of the absolute importances from two independent perturbation pools]

    `grouping` names the sensitive attribute. Between 0 and 2; lower is better. Rows without a ranking are left out for
    that member.

    Reference: Dai et al. (2022), "Fairness via explanation quality"; Cresswell (2025), section 3.3.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some = np.zeros((1, 2)), np.array([[1.0, 0.5]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), zero, zero, some, zero)
        >>> StabilityDisparity("group").measure(tabulated(labels=[1, 0], groups=[0, 1], exhibits=(shown,))).mean
        0.5

    Does not show: whether stable explanations are right. The maximum over groups is biased upward, so tests use the
    signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "stability disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "rank correlation"
    bounds: ClassVar[tuple[float, float]] = (0.0, 2.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Dai et al., 2022"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        return {"stability": known(explanations.repeat, explanations.rows)}
