"""Membership risk (decisions): how well an attacker who sees decisions alone tells training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import DecisionDisclosure, Evidence, Exhibit
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class DecisionMembershipRisk(Metric):
    """How well an attacker who sees decisions alone tells training rows from others.

    decision_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The attack is a logistic regression learned on the other members
    (`interplay.attacks.shadow_logistic`). Of a model that is trained already it takes a rightly decided row for a training
    row, so that the value is one half plus half of the gap in accuracy (Yeom et al., 2018).

    Between 0 and 1; lower is better; 0.5 is guessing. Scores of all members are pooled; values are jackknife pseudo-values
    over members, so a single one may lie outside the bounds.

    Reference: Choquette-Choo et al. (2021), "Label-only membership inference attacks".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = DecisionDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> DecisionMembershipRisk().measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        0.75

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (decisions)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (DecisionDisclosure,)
    reference: ClassVar[str] = "Choquette-Choo et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(DecisionDisclosure)
        if isinstance(found, NotMeasurable):
            return found
        return pooled_sample(evidence, found.scores, found, area)
