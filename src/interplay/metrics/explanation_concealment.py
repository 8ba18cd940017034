"""Explanation concealment: how often a wrapped rule hides from explanations what it decides by."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Concealment, Evidence, Exhibit
from interplay.metrics._mean import averaged, known
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationConcealment(Metric):
    """How often a wrapped rule hides from explanations the column that it decides by.

    explanation_concealment = share of explained rows on which the group leads the explanation of a rule that decides by
    it alone, and does not lead that of the same rule behind a wrapper

    The wrapper answers rows that look like perturbed ones by a fair coin, and all others as the rule does; in each
    member it knows them from a detector of its own. Between 0 and 1; lower is better; 0 where rows of the table cannot
    be told from perturbed ones.

    Reference: Slack et al. (2020), "Fooling LIME and SHAP", section 3.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> found = Concealment(np.array([0, 1]), np.array([[1.0, 0.0]]))
        >>> ExplanationConcealment().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean
        0.5

    Does not show: that any model here does so. It says whether explanations of this kind could be misled on this table,
    and is the same for every trained model.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "concealment from explanations"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Concealment,)
    reference: ClassVar[str] = "Slack et al., 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(Concealment)
        return found if isinstance(found, NotMeasurable) else averaged(evidence, known(found.hidden, found.rows))
