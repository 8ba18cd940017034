"""Confidence warning: how well a model's confidence tells right decisions from wrong ones on the explained rows."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Predictions
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._warning import warning


@dataclass(frozen=True)
class ConfidenceWarning(Metric):
    """How well a model's confidence tells right decisions from wrong ones on the explained rows.

    confidence_warning = P(confidence on a rightly decided row > confidence on a wrongly decided one) + P(equal) / 2,
    confidence = probability of the most likely label

    Member by member, on the rows that are explained: what explanation_warning is held against. Between 0 and 1.
    Neither direction is good by itself: it is shown and not compared.

    Reference: Hendrycks and Gimpel (2017), "A baseline for detecting misclassified and out-of-distribution examples".

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero = np.zeros((1, 3))
        >>> shown = Explanations(np.arange(3), np.zeros((1, 3, 1)), zero, zero, zero, zero)
        >>> chances = [[0.1, 0.9], [0.6, 0.4], [0.3, 0.7]]
        >>> evidence = tabulated(labels=[1, 1, 0], probabilities=chances, exhibits=(shown,))
        >>> ConfidenceWarning().measure(evidence).mean
        1.0

    Does not show: whether the confidence is calibrated.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "warning by confidence"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Predictions,
    )
    descriptive: ClassVar[bool] = True
    reference: ClassVar[str] = "Hendrycks and Gimpel, 2017"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations, predictions = evidence.ask(Explanations), evidence.ask(Predictions)
        if isinstance(explanations, NotMeasurable):
            return explanations
        if isinstance(predictions, NotMeasurable):
            return predictions
        logs = predictions.log_probabilities
        if isinstance(logs, NotMeasurable):
            return logs
        return warning(evidence, np.exp(logs[:, explanations.rows].max(axis=2)), explanations, predictions)
