"""Membership risk: how well a likelihood-ratio attack tells training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class MembershipRisk(Metric):
    """How well a likelihood-ratio attack tells training rows from others.

    membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The area under the attack's curve by LiRA scores. Between 0 and 1; lower is better; 0.5 is guessing. Scores of all
    members are pooled; values are jackknife pseudo-values over members, so a single one may lie outside the bounds.

    Reference: Carlini et al. (2022), "Membership inference attacks from first principles"; Cresswell (2025), section
    2.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> blank, scored = 0 * scores, np.full((1, 4), True)
        >>> memberships = Memberships(lira=scores, loss=blank, rmia=blank, inside=inside, scored=scored)
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(memberships,))
        >>> MembershipRisk().measure(evidence).mean
        0.75

    Does not show: the risk of the few most exposed people, which an average over pairs hides; see membership_exposure.
    An attack that finds little shows no harm found by this attack at this sample size; a stronger attack, more shadow
    models or more rows may find more.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (LiRA)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Memberships,)
    reference: ClassVar[str] = "Carlini et al., 2022"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        memberships = evidence.ask(Memberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        return pooled_sample(evidence, memberships.lira, memberships, area)
