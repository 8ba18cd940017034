"""Attacked coverage: the share of adversarial rows whose prediction set holds the label."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._sets import covered_attacked


@dataclass(frozen=True)
class AttackedCoverage(Metric):
    """The share of adversarial rows whose prediction set holds the label.

    attacked_coverage = mean over attacked rows of [label in set(adversarial row)]

    Where thresholds come from rows nobody attacked, the promised coverage no longer holds; those of `robust_conformal` come
    from attacked ones. Between 0 and 1; higher is better.

    Reference: Gendler et al. (2022), "Adversarially robust conformal prediction"; Cresswell (2025), section 3.9.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> clean, attacked = np.full((1, 2, 2), 0.1), np.array([[[0.2, 0.8], [0.3, 0.7]]])
        >>> limit, part = np.array([[[0.5]]]), np.zeros(2, dtype=int)
        >>> sets = PredictionSets(clean, limit, part, 0.1, attacked=np.arange(2), scores_attacked=attacked)
        >>> AttackedCoverage().measure(tabulated(labels=[0, 1], exhibits=(sets,))).mean
        0.5

    Does not show: an attack on the sets themselves: the rows were made to change the decision, and an attack on the
    conformity score may find less coverage. Large sets cover under attack too.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "coverage under attack"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Gendler et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        if sets.attacked is None or sets.scores_attacked is None:
            return NotMeasurable("no attack was run on the rows of the prediction sets")
        return averaged(evidence, covered_attacked(evidence, sets, sets.scores_attacked, sets.attacked))
