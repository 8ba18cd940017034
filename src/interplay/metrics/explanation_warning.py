"""Explanation warning: how well the strength of an explanation tells right decisions from wrong ones."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Predictions
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._warning import warning


@dataclass(frozen=True)
class ExplanationWarning(Metric):
    """How well the strength of an explanation tells right decisions from wrong ones.

    explanation_warning = P(strength of a rightly decided row > strength of a wrongly decided one) + P(equal) / 2,
    strength = sum of the absolute importances of the explanation

    On the explained rows, member by member. Between 0 and 1; higher is better; 0.5 says that explanations of wrong
    decisions look as strong as those of right ones. Not measurable where a member decides every explained row alike
    rightly or wrongly.

    Reference: Gosiewska and Biecek (2019), "Do not trust additive explanations"; Cresswell (2025), section 3.10.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero = np.zeros((1, 3))
        >>> shown = Explanations(np.arange(3), np.array([[[0.9], [0.2], [0.5]]]), zero, zero, zero, zero)
        >>> evidence = tabulated(labels=[1, 1, 0], decisions=[1, 0, 1], exhibits=(shown,))
        >>> ExplanationWarning().measure(evidence).mean
        1.0

    Does not show: how people read explanations, nor warnings that another property of them would give.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "warning by explanations"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Predictions,
    )
    reference: ClassVar[str] = "Gosiewska and Biecek, 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations, predictions = evidence.ask(Explanations), evidence.ask(Predictions)
        if isinstance(explanations, NotMeasurable):
            return explanations
        if isinstance(predictions, NotMeasurable):
            return predictions
        return warning(evidence, np.abs(explanations.importances).sum(axis=2), explanations, predictions)
