"""Explanation fidelity: how well explanations describe the model near the explained row."""

from dataclasses import dataclass, replace
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Explanations
from interplay.metrics._mean import averaged, known, left_out
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationFidelity(Metric):
    """How well explanations describe the model near the explained row.

    explanation_fidelity = mean over explained rows of [weighted R2 of the explanation on fresh points around the row]

    At most 1; higher is better; 0 is no better than a constant. Rows without an R2 (the score is constant around them)
    are left out and counted in a footnote.

    Reference: Ribeiro et al. (2016), "Why should I trust you?", section 3.2; Cresswell (2025), section 2.4.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some = np.zeros((1, 2)), np.array([[0.75, 0.25]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), some, zero, zero)
        >>> ExplanationFidelity().measure(tabulated(labels=[1, 0], exhibits=(shown,))).mean
        0.5

    Does not show: whether people understand the explanation. A flatter model is easier to describe: fidelity may rise
    because the model says less. R2 has no lower bound, so a few rows may decide the mean.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "explanation fidelity"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "R2"
    bounds: ClassVar[tuple[float, float]] = (float("-inf"), 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type, ...]] = (Explanations,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Ribeiro et al., 2016"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        rate = known(explanations.fidelity, explanations.rows)
        sample = averaged(evidence, rate)
        if isinstance(sample, NotMeasurable):
            return NotMeasurable("some member has no explained row with an R2")
        return replace(sample, excluded=left_out(evidence, rate, "the score is constant around the row"))
