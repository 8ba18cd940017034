"""Equalized odds difference: the larger difference between groups in the two rates of favourable decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class EqualizedOddsDifference(DisparityMetric):
    """The larger of the differences between groups in the true-positive and in the false-positive rate.

    equalized_odds_difference = max over groups a, b and rates r in (tpr, fpr) of [r(a) - r(b)],
    tpr(a), fpr(a) = share of the rows of a with the favourable label, and of the others, that are decided favourably

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 means that, given the label, all
    groups are decided favourably equally often.

    Reference: Hardt et al. (2016), "Equality of opportunity in supervised learning".

    Example:
        >>> from interplay.evidence import tabulated
        >>> evidence = tabulated(labels=[1, 0, 1, 0], decisions=[1, 1, 1, 0], groups=[0, 0, 1, 1])
        >>> EqualizedOddsDifference("group").measure(evidence).mean
        1.0

    Does not show: which of the two rates differs; the contrasts say so. The rate with fewer rows decides most of the
    noise. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "equalized odds difference"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Hardt et al., 2016"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        favourable = predictions.decided(evidence.rows.favourable, evidence.rows)
        entitled = evidence.rows.labels == evidence.rows.favourable
        return {"tpr": Rate(favourable, entitled), "fpr": Rate(favourable, ~entitled)}
