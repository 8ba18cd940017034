"""Equal opportunity difference: the largest difference between groups in the true-positive rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class EqualOpportunityDifference(DisparityMetric):
    """The largest difference between groups in how often people with the favourable label get the favourable decision.

    equal_opportunity_difference = max over groups a, b of [true-positive rate(a) - true-positive rate(b)],
    true-positive rate(a) = share of the rows of a with the favourable label that are decided favourably

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 means that all groups have the same
    rate.

    Reference: Hardt et al. (2016), "Equality of opportunity in supervised learning".

    Example:
        >>> from interplay.evidence import tabulated
        >>> evidence = tabulated(labels=[1, 1, 1, 1], decisions=[1, 1, 1, 0], groups=[0, 0, 1, 1])
        >>> EqualOpportunityDifference("group").measure(evidence).mean
        0.5

    Does not show: errors among rows with the unfavourable label, nor whether the recorded labels are themselves just.
    The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "equal opportunity difference"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Hardt et al., 2016"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        favourable = predictions.decided(evidence.rows.favourable, evidence.rows)
        return {"tpr": Rate(favourable, evidence.rows.labels == evidence.rows.favourable)}
