"""Reference membership risk: how well reference models and population rows together tell training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class ReferenceMembershipRisk(Metric):
    """How well a comparison with reference models and population rows tells training rows from others.

    reference_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The score (RMIA) is the share of population rows, on which no member trained, that gain less probability in the
    target than the row does, each against its mean over the other members. Between 0 and 1; lower is better; 0.5 is
    guessing. Scores of all members are pooled; values are jackknife pseudo-values over members, so a single one may
    lie outside the bounds.

    Reference: Zarifzadeh, Liu and Shokri (2024), "Low-cost high-power membership inference attacks"; Cresswell (2025),
    section 2.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[0.9, 0.5, 0.7, 0.1]]), np.array([[True, True, False, False]])
        >>> blank, scored = 0 * scores, np.full((1, 4), True)
        >>> memberships = Memberships(lira=blank, loss=blank, rmia=scores, inside=inside, scored=scored)
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(memberships,))
        >>> ReferenceMembershipRisk().measure(evidence).mean
        0.75

    Does not show: the risk of the few most exposed people, which an average over pairs hides; see membership_exposure.
    An attack that finds little shows no harm found by this attack at this sample size; a stronger attack, more
    reference models or more rows may find more.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (RMIA)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Memberships,)
    reference: ClassVar[str] = "Zarifzadeh et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        memberships = evidence.ask(Memberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        return pooled_sample(evidence, memberships.rmia, memberships, area)
