"""Coverage shortfall: the chance that sets calibrated on so few rows cover too little."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._metric import Direction, Metric

MARGIN = 0.02


@dataclass(frozen=True)
class CoverageShortfall(Metric):
    """The chance that sets calibrated on so few rows cover at least two points less than they promise, in the worst group.

    coverage_shortfall = max over calibrated parts of P(B < 1 - miscoverage - 0.02),
    B ~ Beta(n + 1 - k, k),  k = floor((n + 1) * taken_at),  n = calibration rows of the part

    `taken_at` is the promised miscoverage, or the stricter one at which risk-controlled sets take their threshold.

    The coverage of one draw of n calibration rows follows this law whatever the model. Parts are all rows, or each group, or
    each class, with enough rows to be judged. Between 0 and 1; lower is better; sets of every label never fall short.

    Reference: Angelopoulos and Bates (2021), "A gentle introduction to conformal prediction", section 3.2.

    Example:
        >>> from interplay.evidence import tabulated
        >>> scores, limits, rows = np.zeros((1, 2, 2)), np.ones((1, 1, 1)), np.zeros(2, dtype=int)
        >>> sets = PredictionSets(scores, limits, rows, miscoverage=0.1, calibrated=np.array([50]))
        >>> round(CoverageShortfall().measure(tabulated(labels=[1, 0], exhibits=(sets,))).mean, 2)
        0.27

    Does not show: the coverage that was measured, nor what rows unlike those that calibrated do to it.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "chance of a coverage shortfall"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of calibrations"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    exact: ClassVar[bool] = True
    reference: ClassVar[str] = "Angelopoulos and Bates, 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        if sets.calibrated is None or not len(sets.calibrated):
            return NotMeasurable("how many rows these sets were calibrated on is not known")
        chance = max(_short(int(rows), sets.miscoverage, sets.taken_at) for rows in sets.calibrated)
        return Sample(np.full((len(evidence.rows.counted), len(evidence.rows.weights)), chance), evidence.support())


def _short(rows: int, miscoverage: float, taken_at: float | None) -> float:
    above = int((rows + 1) * (miscoverage if taken_at is None else taken_at) + 1e-9)
    if above == 0:
        return 0.0
    return float(special.betainc(rows + 1 - above, above, max(1 - miscoverage - MARGIN, 0.0)))
