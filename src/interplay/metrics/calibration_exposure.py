"""Calibration exposure: how much the most exposed calibration row shows in the threshold of prediction sets."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ExposedCalibration
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class CalibrationExposure(Metric):
    """How surely somebody who knows all other calibration rows tells from the threshold that a row was among them.

    calibration_exposure = max over calibration rows of total variation distance between
    the threshold with the row and the threshold without it

    Without noise that is 1 for a row whose leaving moves the threshold, and 0 for others: by the number of rows, a tenth or
    nine tenths of them at a miscoverage of .1. Between 0 and 1; lower is better. 0 is a threshold that tells nothing; a
    budget of epsilon allows at most (exp(epsilon) - 1) / (exp(epsilon) + 1). It is worked out from the conformity scores,
    the same in every draw.

    Reference: Angelopoulos et al. (2022), "Private prediction sets"; Kairouz et al. (2015), on tests under a budget.

    Example:
        >>> from interplay.evidence import tabulated
        >>> seen = ExposedCalibration(np.array([0, 1]), np.array([[1.0, 0.5]]))
        >>> CalibrationExposure().measure(tabulated(labels=[1, 0], exhibits=(seen,))).mean
        1.0

    Does not show: an attack that anybody carried out. Somebody who does not know the other rows learns next to nothing of
    one; and the rows that models are trained on are another matter (`set_membership_risk`).
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "exposure of calibration rows"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "advantage of an attacker"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    exact: ClassVar[bool] = True
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ExposedCalibration,)
    reference: ClassVar[str] = "Angelopoulos et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        seen = evidence.ask(ExposedCalibration)
        if isinstance(seen, NotMeasurable):
            return seen
        worst = seen.shown.max(axis=1, keepdims=True)
        values = np.repeat(worst, len(evidence.rows.weights), axis=1)
        return Sample(values, evidence.rows.distinct(np.ones(len(seen.rows), dtype=bool), seen.rows))
