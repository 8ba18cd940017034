"""Membership risk (prediction sets): how well someone who sees decisions and sets tells training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, SetDisclosure
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class SetMembershipRisk(Metric):
    """How well an attacker who sees decisions and prediction sets tells training rows from others.

    set_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The attack is that of `decision_membership_risk`, which also sees whether the set holds the label, and how
    large it is. Sets are calibrated on rows that all members share, so that the attacker knows their threshold: a
    threshold of each shadow's own would tell less. Between 0 and 1; lower is better; 0.5 is guessing. Scores of all
    members are pooled; values are jackknife pseudo-values over members, so a single one may lie outside the bounds.

    Reference: Zhu et al. (2025), on membership inference against conformal prediction; the attack is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = SetDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> SetMembershipRisk().measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        0.75

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (prediction sets)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (SetDisclosure,)
    reference: ClassVar[str] = "Zhu et al., 2025"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(SetDisclosure)
        if isinstance(found, NotMeasurable):
            return found
        return pooled_sample(evidence, found.scores, found, area)
