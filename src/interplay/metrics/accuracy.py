"""Accuracy: the share of rows that are decided correctly."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class Accuracy(Metric):
    """The share of rows that are decided correctly.

    accuracy = mean over rows of [decision = label]

    Between 0 and 1; higher is better.

    Reference: Cresswell (2025), Eq. 1, which calls it acc.

    Example:
        >>> from interplay.evidence import tabulated
        >>> Accuracy().measure(tabulated(labels=[1, 1, 0, 1], decisions=[1, 0, 0, 1])).mean
        0.75

    Does not show: how a rare class fares. Always deciding for the common class already reaches its share; see
    balanced_accuracy and collapse.
    """

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    title: ClassVar[str] = "accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Cresswell, 2025"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        return averaged(evidence, Rate(predictions.right(evidence.rows)))
