"""Set size: the mean number of labels in a prediction set."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import set_sizes


@dataclass(frozen=True)
class SetSize(Metric):
    """The mean number of labels in a prediction set.

    set_size = mean over rows of [number of labels in set(row)]

    Between 0 and the number of labels; lower is better, at equal coverage; differences are judged as ratios.

    Reference: Romano et al. (2020), "Classification with valid and adaptive coverage"; Cresswell (2025), section 2.5.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[[0.9, 0.1], [0.4, 0.5], [0.7, 0.6], [0.2, 0.8]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(4, dtype=int), miscoverage=0.1)
        >>> SetSize().measure(tabulated(labels=[1, 0, 1, 1], exhibits=(sets,))).mean
        1.0

    Does not show: anything where coverage differs too: sets that err more are smaller. Empty sets lower the mean and
    help nobody; see empty_sets and ambiguous_sets.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "set size"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "labels"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    relative: ClassVar[bool] = True
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Romano et al., 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return averaged(evidence, set_sizes(sets))
