"""Explanation fragility by chance: how much of an explanation random small changes take away."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ExplanationSearch
from interplay.metrics._mean import averaged, known
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationFragilityByChance(Metric):
    """How much of an explanation random small changes that keep the decision take away.

    explanation_fragility_by_chance = mean over explained rows of mean over random changes of [1 - (columns among the
    three most important in both explanations) / (columns among them in either)]

    Changes are uniform within the radius of the study's attacks. Between 0 and 1. Neither direction is good by itself:
    it is shown beside explanation_fragility and not compared.

    Reference: Ghorbani et al. (2019), "Interpretation of neural networks is fragile", for random changes as the
    comparison.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, lost = np.zeros((1, 2)), np.array([[0.5, 1.0]])
        >>> found = ExplanationSearch(np.array([0, 1]), lost, zero)
        >>> ExplanationFragilityByChance().measure(tabulated(labels=[1, 0], exhibits=(found,))).mean
        0.0

    Does not show: what an attacker can do who searches.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "explanation fragility by chance"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of the top columns lost"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ExplanationSearch,)
    descriptive: ClassVar[bool] = True
    reference: ClassVar[str] = "Ghorbani et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(ExplanationSearch)
        return (
            found if isinstance(found, NotMeasurable) else averaged(evidence, known(found.lost_by_chance, found.rows))
        )
