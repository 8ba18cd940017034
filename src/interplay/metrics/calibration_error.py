"""Calibration error: how far the stated confidence lies from the share of correct answers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._histogram import histograms
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._size_of_excess import bias_left, size

FEWEST_BINS, MOST_BINS, ROWS_OF_A_BIN = 5, 15, 1_000
"""There is a bin for every thousand counted rows, within these limits."""

LEAST_ROWS = 150
"""Fewer counted rows leave more bias than anybody can use."""


@dataclass(frozen=True)
class CalibrationError(Metric):
    """How far the stated confidence lies from the share of correct answers.

    calibration_error = sum over bins b of size(accuracy(b) - mean confidence(b)) * share(b)

    Confidence is the probability of the most likely label; accuracy is how often that label is right, whatever the
    treatment decides in the end. The bins of a member hold equally many rows at unit weights and keep their edges in every
    draw; there are 5, and above 5,000 counted rows one for every thousand, up to 15. The value is that of so many bins.
    Noise in a bin would count as error, most where the confidence is right, so that `size` is the absolute value less
    what noise makes of it (see `interplay.metrics._size_of_excess`), given the standard error of the bin, which is taken
    to be at least that of a bin whose confidence is right. How much bias may be left is stated with the value and widens
    every interval. Between 0 and 1, and a little below 0 where the noise explains more than what was seen; lower is better.

    Reference: Naeini et al. (2015), "Obtaining well calibrated probabilities using Bayesian binning"; Guo et al.
    (2017); Kumar, Liang and Ma (2019), "Verified uncertainty calibration", for the bias of bins.

    Example:
        >>> from interplay.evidence import tabulated
        >>> always = tabulated(labels=[1, 1, 1, 0] * 50, probabilities=[[0.0625, 0.9375]] * 200)
        >>> CalibrationError().measure(always).mean
        0.1875

    Does not show: calibration of the less likely labels or within a group, or errors that cancel within a bin. At perfect
    calibration the bias that may be left is about .22 * sqrt(accuracy * (1 - accuracy) * bins / rows) either way.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "calibration error"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "probability"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Naeini et al., 2015"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        logs = predictions.log_probabilities
        if isinstance(logs, NotMeasurable):
            return logs
        counted, weights = evidence.rows.counted, evidence.rows.weights
        confidence = np.exp(logs.max(axis=2))
        if (least := int(counted.sum(axis=1).min())) < LEAST_ROWS:
            return NotMeasurable(f"{least} rows; at least {LEAST_ROWS} are needed to tell calibration from noise")
        if not np.isfinite(confidence[counted]).all():
            return NotMeasurable("some member gives no probabilities")
        correct = logs.argmax(axis=2) == evidence.rows.labels
        count = int(np.clip(least // ROWS_OF_A_BIN, FEWEST_BINS, MOST_BINS))
        bins = np.stack([_bins(row, row[use], count) for row, use in zip(confidence, counted, strict=True)])
        excess = histograms(bins, np.where(counted, correct - confidence, 0.0), weights, count)
        excess /= (counted @ weights.T)[:, None, :]
        error = _errors(bins, np.where(counted, correct - confidence, 0.0), confidence, counted, count)
        scaled = excess / np.where(error > 0, error, 1.0)[:, :, None]
        below, above = (float((error * one).sum(axis=1).mean()) for one in bias_left(scaled[:, :, 0]))
        values = np.where(error[:, :, None] > 0, error[:, :, None] * size(scaled), np.abs(excess)).sum(axis=1)
        return Sample(values, evidence.support(), bias=(below, above))


def _bins(confidence: Float[Array, " row"], used: Float[Array, " some"], count: int) -> Int[Array, " row"]:
    edges = np.quantile(used, np.linspace(0.0, 1.0, count + 1)[1:-1], method="higher")
    return np.searchsorted(edges, confidence, side="right")


def _errors(
    bins: Int[Array, "member row"],
    excess: Float[Array, "member row"],
    confidence: Float[Array, "member row"],
    counted: Bool[Array, "member row"],
    count: int,
) -> Float[Array, "member bin"]:
    """The standard error of share * excess of every bin at unit weights.

    variance = max(sum of (excess - its mean in the bin) ** 2, sum of confidence * (1 - confidence)) / rows ** 2

    The second is what a bin has whose confidence is right; where a few rows all happen to be right the first is too small.
    """
    plain = np.ones((1, bins.shape[1]))
    parts = counted.astype(float), excess, excess**2, np.where(counted, confidence * (1 - confidence), 0.0)
    rows, total, squares, right = (histograms(bins, part, plain, count)[:, :, 0] for part in parts)
    around = squares - total**2 / np.maximum(rows, 1.0)
    return np.sqrt(np.maximum(np.maximum(around, right), 0.0)) / counted.sum(axis=1)[:, None]
