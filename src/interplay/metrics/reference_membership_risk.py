"""Reference membership risk: how well a comparison with reference models tells training rows from others."""

from dataclasses import dataclass, replace
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, ReferenceMemberships
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample
from interplay.metrics._unlike_rows import told_apart


@dataclass(frozen=True)
class ReferenceMembershipRisk(Metric):
    """How well a comparison with reference models tells training rows from others.

    reference_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    Where models are trained here the score is that of RMIA: the share of population rows, on which no member trained, that
    gain less probability in the target than the row does, each against its mean over the other members. Of a model that is
    trained already it is the log-odds of the row's label less their mean over eight reference models that did not see the
    row; these are trained here on halves of the rows that the model was not trained on, and no row is compared with itself
    (`interplay.attacks.reference_models`). Rows that differ by more than training, by time or by source, have no value: the
    reference models saw neither kind and tell them apart nevertheless. How well they do below that bound is stated as bias.

    Between 0 and 1; lower is better; 0.5 is guessing. Scores of all members are pooled; values are jackknife pseudo-values
    over members, so a single one may lie outside the bounds.

    Reference: Zarifzadeh, Liu and Shokri (2024), "Low-cost high-power membership inference attacks"; Watson et al. (2022), "On
    the importance of difficulty calibration in membership inference attacks"; Cresswell (2025), section 2.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[0.9, 0.5, 0.7, 0.1]]), np.array([[True, True, False, False]])
        >>> memberships = ReferenceMemberships(scores, inside, scored=np.full((1, 4), True))
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(memberships,))
        >>> ReferenceMembershipRisk().measure(evidence).mean
        0.75

    Does not show: the risk of the few most exposed people, which an average over pairs hides; see membership_exposure.
    An attack that finds little shows no harm found by this attack at this sample size; a stronger attack, more
    reference models or more rows may find more.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (reference models)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ReferenceMemberships,)
    reference: ClassVar[str] = "Zarifzadeh et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        memberships = evidence.ask(ReferenceMemberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        apart = told_apart(evidence, memberships)
        if isinstance(apart, NotMeasurable):
            return apart
        found = pooled_sample(evidence, memberships.scores, memberships, area)
        if isinstance(found, NotMeasurable) or not apart:
            return found
        return replace(found, bias=(max(-apart, 0.0), max(apart, 0.0)))
