"""Set size disparity: the largest difference between groups in the mean number of labels in a prediction set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._metric import Direction, DisparityMetric, Rate
from interplay.metrics._sets import set_sizes


@dataclass(frozen=True)
class SetSizeDisparity(DisparityMetric):
    """The largest difference between groups in the mean number of labels in a prediction set.

    set_size_disparity = max over groups a, b of [mean set size(a) - mean set size(b)]

    `grouping` names the sensitive attribute. In labels, at least 0; lower is better; 0 means that sets tell all groups
    equally much on average.

    Reference: Cresswell et al. (2025), "Conformal prediction sets can cause disparate impact"; Cresswell (2025),
    section 3.4.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, marginal = np.array([[[0.9, 0.1], [0.4, 0.5], [0.3, 0.7]]]), np.array([[[0.5]]])
        >>> sets = PredictionSets(scores, marginal, np.zeros(3, dtype=int), miscoverage=0.1)
        >>> evidence = tabulated(labels=[1, 0, 1], groups=[0, 1, 0], exhibits=(sets,))
        >>> SetSizeDisparity("group").measure(evidence).mean
        1.0

    Does not show: whether people decide worse for the group with larger sets; only people can show that. Empty and
    ambiguous sets cancel in a mean. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "set size disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "labels"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Cresswell et al., 2025"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return {"set size": set_sizes(sets)}
