"""Explanation fidelity: how well explanations describe the model near the explained row."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._fidelity import r_squared, share_of_linear
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationFidelity(Metric):
    """How well explanations describe the model near the explained row, as a share of what they do for a linear model.

    explanation_fidelity = mean over explained rows of [weighted R2 of the explanation on fresh points around the row]
    / mean over the same rows of [the same R2 for a linear model of the same scale]

    The linear model is the least-squares line of the model's log-odds, made as steep as they are. No bound on either side;
    higher is better; 1 is what a logistic regression has, 0 no better than a constant; above 1 where the score follows
    the explainer's bins more than a line does. Rows around which the score varies by less than half a percentage point
    (weighted standard deviation) have no R2: they are left out for that member and counted in a footnote. A row that is
    left out of one treatment still counts in another.

    Reference: Ribeiro et al. (2016), "Why should I trust you?", section 3.2; Cresswell (2025), section 2.4.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some, line = np.zeros((1, 2)), np.array([[0.4, 0.1]]), np.array([[0.5, 0.3]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), some, line, zero, zero)
        >>> round(ExplanationFidelity().measure(tabulated(labels=[1, 0], exhibits=(shown,))).mean, 3)
        0.625

    Does not show: whether people understand the explanation, nor how much of the score it describes: the R2 that even
    a linear model has may be low. R2 has no lower bound, so a few rows may decide the mean.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "explanation fidelity"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of a linear model's R2"
    bounds: ClassVar[tuple[float, float]] = (float("-inf"), float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Ribeiro et al., 2016"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        return share_of_linear(evidence, *r_squared(explanations))
