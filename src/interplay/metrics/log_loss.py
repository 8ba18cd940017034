"""Log loss: the mean surprise at the label, in nats."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class LogLoss(Metric):
    """The mean surprise at the label, in nats.

    log_loss = mean over rows of [-log p(label)]

    At least 0; lower is better; log(number of classes) for a model that knows nothing. Not measurable when a member
    gives a label no probability at all or no number, as a diverged model does.

    Reference: Good (1952), "Rational decisions".

    Example:
        >>> from interplay.evidence import tabulated
        >>> sure = tabulated(labels=[1, 0], probabilities=[[0.5, 0.5], [0.25, 0.75]])
        >>> round(LogLoss().measure(sure).mean, 4)
        1.0397

    Does not show: whether a poor value comes from poor ranking or from poor calibration; see calibration_error.
    """

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    title: ClassVar[str] = "log loss"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "nats"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Good, 1952"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        logs = predictions.log_probabilities
        if isinstance(logs, NotMeasurable):
            return logs
        labels = evidence.rows.labels[None, :, None]
        own = np.take_along_axis(logs, labels, axis=2)[:, :, 0]
        finite = np.isfinite(own) | ~evidence.rows.counted
        if not finite.all():
            members = int((~finite).any(axis=1).sum())
            return NotMeasurable(f"{members} of {len(finite)} members give a label the probability zero, or no number")
        return averaged(evidence, Rate(predictions.surprise(evidence.rows)))
