"""Loss membership risk: how well a threshold on the loss tells training rows from others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, LossMemberships
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class LossMembershipRisk(Metric):
    """How well a threshold on the loss tells training rows from others.

    loss_membership_risk = P(score of a member > score of a non-member) + P(the two are equal) / 2

    The score is larger where the model's loss on the row is smaller; the attack needs no shadow models, so that a model that
    is trained already has it where its training rows are declared. Between 0 and
    1; lower is better; 0.5 is guessing. Scores of all members are pooled; values are jackknife pseudo-values over
    members, so a single one may lie outside the bounds.

    Reference: Yeom et al. (2018), "Privacy risk in machine learning"; Cresswell (2025), section 2.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import LossMemberships, tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> memberships = LossMemberships(scores, inside, scored=np.full((1, 4), True))
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(memberships,))
        >>> LossMembershipRisk().measure(evidence).mean
        0.75

    Does not show: rows that are hard for every model and still betrayed; the likelihood-ratio attack looks for those.
    An attack that finds little shows no harm found by this attack at this sample size; a stronger attack, more shadow
    models or more rows may find more.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk (loss threshold)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (LossMemberships,)
    reference: ClassVar[str] = "Yeom et al., 2018"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        memberships = evidence.ask(LossMemberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        return pooled_sample(evidence, memberships.loss, memberships, area)
