"""Explanation fragility: how much of an explanation a small change that keeps the decision takes away."""

from dataclasses import dataclass, replace
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ExplanationSearch
from interplay.metrics._mean import averaged, known, left_out
from interplay.metrics._metric import Direction, Metric

UNEXPLAINED = "the score hardly varies around the row, or every random change turns its decision"


@dataclass(frozen=True)
class ExplanationFragility(Metric):
    """How much of an explanation a small change that keeps the decision takes away.

    explanation_fragility = mean over explained rows of max over changes tried of [1 - (columns among the three most
    important in both explanations) / (columns among them in either)]

    The changes lie within the radius of the study's attacks, move columns that an attacker can move, and keep the
    decision: `interplay.exhibits.explanation_search` says which are tried. Between 0 and 1; lower is better; 1 where
    the three most important columns are replaced on every row.

    Reference: Ghorbani et al. (2019), "Interpretation of neural networks is fragile", for the question and the shared
    top columns; the search over bins is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, lost = np.zeros((1, 2)), np.array([[0.5, 1.0]])
        >>> found = ExplanationSearch(np.array([0, 1]), lost, zero)
        >>> ExplanationFragility().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean
        0.75

    Does not show: what a stronger search finds; nor how much is lost by chance, which explanation_fragility_by_chance
    says. Where one column decides everything it stays the first, and only what comes after it is lost.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "explanation fragility"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of the top columns lost"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ExplanationSearch,)
    reference: ClassVar[str] = "Ghorbani et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(ExplanationSearch)
        if isinstance(found, NotMeasurable):
            return found
        rate = known(found.lost, found.rows)
        sample = averaged(evidence, rate)
        if isinstance(sample, NotMeasurable):
            return sample
        return replace(sample, excluded=left_out(evidence, rate, UNEXPLAINED))
