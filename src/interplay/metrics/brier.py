"""Brier score: the squared distance between the predicted probabilities and the label, summed over classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class Brier(Metric):
    """The squared distance between the predicted probabilities and the label, summed over classes.

    brier = mean over rows of [sum over classes c of (p(c) - [label = c]) ** 2]

    Between 0 and 2 (with two classes, twice the one-sided score); lower is better.

    Reference: Brier (1950), "Verification of forecasts expressed in terms of probability".

    Example:
        >>> from interplay.evidence import tabulated
        >>> round(Brier().measure(tabulated(labels=[1], probabilities=[[0.25, 0.75]])).mean, 4)
        0.125

    Does not show: calibration by itself: a model that separates the classes better can have a better score and be worse
    calibrated.
    """

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    title: ClassVar[str] = "Brier score"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "squared probability"
    bounds: ClassVar[tuple[float, float]] = (0.0, 2.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Brier, 1950"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        logs = predictions.log_probabilities
        if isinstance(logs, NotMeasurable):
            return logs
        finite = np.isfinite(np.exp(logs)).all(axis=2) | ~evidence.rows.counted
        if not finite.all():
            members = int((~finite).any(axis=1).sum())
            return NotMeasurable(f"{members} of {len(finite)} members give no probabilities")
        return averaged(evidence, Rate(predictions.squared_distance(evidence.rows)))
