"""Coverage disparity: the largest difference between groups in how often the prediction set holds the label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._metric import Direction, DisparityMetric, Rate
from interplay.metrics._sets import covered


@dataclass(frozen=True)
class CoverageDisparity(DisparityMetric):
    """The largest difference between groups in how often the prediction set holds the label.

    coverage_disparity = max over groups a, b of [coverage(a) - coverage(b)],
    coverage(a) = share of the rows of a whose prediction set holds their label

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better; 0 is equalized coverage.

    Reference: Romano et al. (2020), "With malice toward none"; Cresswell (2025), Eq. 9.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, marginal = np.array([[[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]]]), np.array([[[0.5]]])
        >>> sets = PredictionSets(scores, marginal, np.zeros(3, dtype=int), miscoverage=0.1)
        >>> evidence = tabulated(labels=[1, 0, 1], groups=[0, 0, 1], exhibits=(sets,))
        >>> CoverageDisparity("group").measure(evidence).mean
        1.0

    Does not show: the price of equal coverage; see set_size_disparity. It is not 0 for equal groups either: few
    calibration or test rows alone make coverage differ, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "coverage disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Cresswell, 2025, Eq. 9"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return {"coverage": covered(evidence, sets)}
