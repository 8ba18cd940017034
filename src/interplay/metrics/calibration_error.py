"""Calibration error: how far the stated confidence lies from the share of correct answers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Predictions
from interplay.metrics._histogram import histograms
from interplay.metrics._metric import Direction, Metric

BINS = 15


@dataclass(frozen=True)
class CalibrationError(Metric):
    """How far the stated confidence lies from the share of correct answers.

    calibration_error = sum over bins b of share(b) * |accuracy(b) - mean confidence(b)|

    Confidence is the probability of the most likely label; accuracy is how often that label is right, whatever the
    treatment decides in the end. The 15 bins of a member hold equally many rows at unit weights and keep their edges in
    every draw. Between 0 and 1; lower is better.

    Reference: Naeini et al. (2015), "Obtaining well calibrated probabilities using Bayesian binning"; Guo et al.
    (2017).

    Example:
        >>> from interplay.evidence import tabulated
        >>> always = tabulated(labels=[1, 1, 1, 0], probabilities=[[0.0625, 0.9375]] * 4)
        >>> CalibrationError().measure(always).mean
        0.1875

    Does not show: calibration of the less likely labels or within a group. Noise in a bin counts as error: the value is
    biased upward by about 0.8 * sqrt(accuracy * (1 - accuracy) * 15 / rows), about equally in two treatments.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "calibration error"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "probability"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type, ...]] = (Predictions,)
    reference: ClassVar[str] = "Naeini et al., 2015"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        counted, weights = evidence.rows.counted, evidence.rows.weights
        confidence = np.exp(predictions.log_probabilities.max(axis=2))
        if not counted.any(axis=1).all():
            return NotMeasurable("no row to average over")
        if not np.isfinite(confidence[counted]).all():
            return NotMeasurable("some member gives no probabilities")
        correct = predictions.log_probabilities.argmax(axis=2) == evidence.rows.labels
        bins = np.stack([_bins(row, row[use]) for row, use in zip(confidence, counted, strict=True)])
        excess = histograms(bins, np.where(counted, correct - confidence, 0.0), weights, BINS)
        return Sample(np.abs(excess).sum(axis=1) / (counted @ weights.T), evidence.support())


def _bins(confidence: Float[Array, " row"], used: Float[Array, " some"]) -> Int[Array, " row"]:
    edges = np.quantile(used, np.linspace(0.0, 1.0, BINS + 1)[1:-1], method="higher")
    return np.searchsorted(edges, confidence, side="right")
