"""Ambiguous sets: the share of rows whose prediction set holds more than one label."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import larger_than


@dataclass(frozen=True)
class AmbiguousSets(Metric):
    """The share of rows whose prediction set holds more than one label.

    ambiguous_sets = mean over rows of [number of labels in set(row) > 1]

    Between 0 and 1; lower is better, at equal coverage.

    Reference: Sadinle et al. (2019), "Least ambiguous set-valued classifiers with bounded error levels".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[[0.9, 0.1], [0.4, 0.5], [0.7, 0.6], [0.2, 0.8]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(4, dtype=int), miscoverage=0.1)
        >>> AmbiguousSets().measure(tabulated(labels=[1, 0, 1, 1], exhibits=(sets,))).mean
        0.25

    Does not show: how large the ambiguous sets are; with two labels they hold both and say nothing.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "share of ambiguous sets"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Sadinle et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        return averaged(evidence, larger_than(sets, 1))
