"""Coverage: the share of rows whose prediction set holds the label."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import covered


@dataclass(frozen=True)
class Coverage(Metric):
    """The share of rows whose prediction set holds the label.

    coverage = mean over rows of [label in set(row)]

    Between 0 and 1; higher is better; it should reach 1 - miscoverage. A surplus costs larger sets; see set_size.

    Reference: Vovk et al. (2005), "Algorithmic learning in a random world"; Cresswell (2025), Eq. 7.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[[0.9, 0.1], [0.4, 0.5], [0.7, 0.6], [0.2, 0.8]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(4, dtype=int), miscoverage=0.1)
        >>> Coverage().measure(tabulated(labels=[1, 0, 1, 1], exhibits=(sets,))).mean
        0.5

    Does not show: coverage within a group; see coverage_disparity. With n calibration rows it varies by about
    sqrt(miscoverage * (1 - miscoverage) / n) from one draw of them to another.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "coverage"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Vovk et al., 2005"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return averaged(evidence, covered(evidence, sets))
