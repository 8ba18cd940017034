"""Explanation stability: how well two explanations of the same row agree on what matters."""

from dataclasses import dataclass, replace
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._fidelity import NO_RANKING, UNRANKED
from interplay.metrics._mean import averaged, known, left_out
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationStability(Metric):
    """How well two explanations of the same row agree on what matters.

    explanation_stability = mean over explained rows of [rank correlation of the absolute importances from two
    independent perturbation pools]

    Between -1 and 1; higher is better; 1 means the same order of features. Rows without a ranking are left out for that
    member and counted in a footnote: all importances are equal, or the score varies by less than half a percentage point
    around the row, so that the order rests on digits that mean nothing.

    Reference: Visani et al. (2022), "Statistical stability indices for LIME"; Cresswell (2025), section 3.10.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some = np.zeros((1, 2)), np.array([[1.0, 0.5]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), zero, zero, some, zero)
        >>> ExplanationStability().measure(tabulated(labels=[1, 0], exhibits=(shown,))).mean
        0.75

    Does not show: whether the stable explanation is right; a wrong one may repeat perfectly. It depends on the number
    of perturbations, so compare only at the same number.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "explanation stability"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "rank correlation"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Visani et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        rate = known(explanations.repeat, explanations.rows)
        sample = averaged(evidence, rate)
        if isinstance(sample, NotMeasurable):
            return NotMeasurable(NO_RANKING)
        return replace(sample, excluded=left_out(evidence, rate, UNRANKED))
