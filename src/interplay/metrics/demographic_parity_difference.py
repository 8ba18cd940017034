"""Demographic parity difference: the largest difference between groups in how often the decision is favourable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class DemographicParityDifference(DisparityMetric):
    """The largest difference between groups in how often the decision is favourable.

    demographic_parity_difference = max over groups a, b of [favourable rate(a) - favourable rate(b)]

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 means that all groups are approved
    equally often.

    Reference: Dwork et al. (2012), "Fairness through awareness"; Cresswell (2025), section 2.1.

    Example:
        >>> from interplay.evidence import tabulated
        >>> evidence = tabulated(labels=[1, 1, 0, 0], decisions=[1, 1, 1, 0], groups=[0, 0, 1, 1])
        >>> DemographicParityDifference("group").measure(evidence).mean
        0.5

    Does not show: whether the decisions are right: deciding by lot has no difference. The maximum over groups is biased
    upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "demographic parity difference"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Dwork et al., 2012"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        favourable = predictions.decided(evidence.rows.favourable, evidence.rows)
        return {"favourable": Rate(favourable)}
