"""Membership risk (explanations): how well someone who sees decisions and explanations tells training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ExplanationDisclosure
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class ExplanationMembershipRisk(Metric):
    """How well an attacker who sees decisions and explanations, but no scores, tells training rows from others.

    explanation_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The attack is that of `decision_membership_risk`, which also sees how far the score of a row lies from what the
    local model of its explanation says of it. All models are explained with the same perturbed rows, which is the worst
    case. Between 0 and 1; lower is better; 0.5 is guessing. Scores of all members are pooled; values are jackknife
    pseudo-values over members, so a single one may lie outside the bounds.

    Reference: Shokri et al. (2021), "On the privacy risks of model explanations"; the attack is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = ExplanationDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> ExplanationMembershipRisk().measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        0.75

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (explanations)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ExplanationDisclosure,)
    reference: ClassVar[str] = "Shokri et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(ExplanationDisclosure)
        if isinstance(found, NotMeasurable):
            return found
        return pooled_sample(evidence, found.scores, found, area)
