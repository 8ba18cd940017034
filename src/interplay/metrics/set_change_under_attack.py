"""Set change under attack: the share of rows whose prediction set an attack changes."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._altered import Altered
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class SetChangeUnderAttack(Metric):
    """The share of rows whose prediction set an attack changes.

    set_change_under_attack = mean over attacked rows of [set of the adversarial row differs from the set of the row]

    The attack is the one on the decision, within the radius of the study. Between 0 and 1; lower is better.

    Reference: Gendler et al. (2022), "Adversarially robust conformal prediction"; Cresswell (2025), section 3.9.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, moved = np.array([[[0.9, 0.1], [0.9, 0.1]]]), np.array([[[0.4, 0.6], [0.8, 0.2]]])
        >>> sets = PredictionSets(scores, np.array([[[0.5]]]), np.zeros(2, dtype=int), 0.1, False, np.arange(2), moved)
        >>> SetChangeUnderAttack().measure(tabulated(labels=[1, 1], exhibits=(sets,))).mean
        0.5

    Does not show: whether the changed set still holds the label (attacked_coverage), nor what an attack on the set
    itself finds.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "set change under attack"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Gendler et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets = evidence.ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        if sets.attacked is None or sets.scores_attacked is None:
            return NotMeasurable("no attack was run on these sets")
        at = sets.attacked
        altered = Altered(sets.scores[:, at], sets.scores_attacked, sets.thresholds, sets.part[at], sets.strict)
        return averaged(evidence, Rate(altered, rows=at))
