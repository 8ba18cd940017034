"""Explanation uncertainty: how often the most important feature changes when the explanation is repeated."""

from dataclasses import dataclass, replace
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._fidelity import NO_RANKING, UNRANKED
from interplay.metrics._mean import averaged, known, left_out
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class ExplanationUncertainty(Metric):
    """The share of explained rows whose most important feature changes when the explanation is repeated.

    explanation_uncertainty = mean over explained rows of [top feature differs between two independent
    perturbation pools]

    Between 0 and 1; lower is better; 0 means that the explainer's own sampling does not decide what people are told
    first. Rows without a ranking of features, as in explanation_stability, are left out for that member and counted in a
    footnote.

    Reference: Zhang et al. (2019), "Why should you trust my explanation?"; Slack et al. (2021); Cresswell (2025),
    section 3.10.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some = np.zeros((1, 2)), np.array([[1.0, 0.0]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), zero, zero, zero, some)
        >>> ExplanationUncertainty().measure(tabulated(labels=[1, 0], exhibits=(shown,))).mean
        0.5

    Does not show: uncertainty from training or from the data, nor how close the two features are: two equal ones swap
    freely.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "explanation uncertainty"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Zhang et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        rate = known(explanations.top_changed, explanations.rows)
        sample = averaged(evidence, rate)
        if isinstance(sample, NotMeasurable):
            return NotMeasurable(NO_RANKING)
        return replace(sample, excluded=left_out(evidence, rate, UNRANKED))
