"""Uncertainty fidelity: how well explanations of a model's uncertainty describe it near the explained row."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._fidelity import share_of_linear
from interplay.metrics._mean import known
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class UncertaintyFidelity(Metric):
    """How well explanations of a model's uncertainty describe it, on the scale of explanation_fidelity.

    uncertainty_fidelity = mean over explained rows of [weighted R2 of an explanation of the entropy on fresh points
    around the row] / mean over the same rows of [the same R2 for the score of a linear model of the same scale]

    The entropy is that of a row's probabilities (nats), explained as the score is, from the same perturbed rows. No
    bound on either side; higher is better; held against explanation_fidelity it says how much harder uncertainty is to
    explain than the score. Rows around which score or entropy hardly vary are left out for that member.

    Reference: Antoran et al. (2021), "Getting a CLUE", for the question; the share is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some, line = np.zeros((1, 2)), np.array([[0.4, 0.1]]), np.array([[0.5, 0.3]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), zero, line, zero, zero, uncertainty=some)
        >>> round(UncertaintyFidelity().measure(tabulated(labels=[1, 0], exhibits=(shown,))).mean, 3)
        0.625

    Does not show: whether people understand why a model is uncertain, nor what would make it certain.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "fidelity of explained uncertainty"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of a linear model's R2"
    bounds: ClassVar[tuple[float, float]] = (float("-inf"), float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Antoran et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        if explanations.uncertainty is None:
            return NotMeasurable("these explanations say nothing of a model's uncertainty")
        return share_of_linear(
            evidence,
            known(explanations.uncertainty, explanations.rows),
            known(explanations.reference, explanations.rows),
        )
