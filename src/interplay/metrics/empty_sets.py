"""Empty sets: the share of rows whose prediction set holds no label."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import larger_than


@dataclass(frozen=True)
class EmptySets(Metric):
    """The share of rows whose prediction set holds no label.

    empty_sets = mean over rows of [number of labels in set(row) = 0]

    Between 0 and 1; lower is better. Sets go empty where the promised coverage is below the model's accuracy.

    Reference: Vovk et al. (2005), "Algorithmic learning in a random world".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[[0.9, 0.1], [0.4, 0.5], [0.7, 0.6], [0.2, 0.8]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(4, dtype=int), miscoverage=0.1)
        >>> EmptySets().measure(tabulated(labels=[1, 0, 1, 1], exhibits=(sets,))).mean
        0.25

    Does not show: doubt about the decision: an empty set says that no label fits well, which often means only that the
    promised coverage is low.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "share of empty sets"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Vovk et al., 2005"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        filled = averaged(evidence, larger_than(sets, 0))
        if isinstance(filled, NotMeasurable):
            return filled
        # Rounding may leave the share of sets with a label a little above 1.
        return replace(filled, values=np.maximum(1.0 - filled.values, 0.0))
