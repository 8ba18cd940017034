"""Accuracy disparity: the largest difference in accuracy between any two groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class AccuracyDisparity(DisparityMetric):
    """The largest difference in accuracy between any two groups.

    accuracy_disparity = max over groups a, b of [accuracy(a) - accuracy(b)]

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 means that all groups have the same
    accuracy.

    Reference: Cresswell (2025), Eq. 1.

    Example:
        >>> from interplay.evidence import tabulated
        >>> evidence = tabulated(labels=[1, 1, 0, 1], decisions=[1, 1, 1, 1], groups=[0, 0, 1, 1])
        >>> AccuracyDisparity("group").measure(evidence).mean
        0.5

    Does not show: which kind of error a group suffers, nor whether the outcome is approved equally often. The maximum
    over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "accuracy disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Cresswell, 2025, Eq. 1"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        return {"accuracy": Rate(predictions.right(evidence.rows))}
