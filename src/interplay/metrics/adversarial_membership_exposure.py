"""Membership exposure (adversarial rows): the share of training rows found by someone who sees scores around a row too."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence import AdversarialDisclosure, Disclosure, Exhibit
from interplay.metrics._exposure import Exposure


@dataclass(frozen=True)
class AdversarialMembershipExposure(Exposure):
    """The share of training rows found by an attacker who asks for scores around a row and may accuse few others.

    adversarial_membership_exposure = share of members' scores above t, t = the threshold above which a share
    `false_positive_rate` of non-members' scores lies

    The attack is that of `score_membership_exposure`, which also sees the score of the worst row that projected gradient
    ascent finds within the study's radius around a row, on each model. Between 0 and 1; lower is better; guessing reaches
    `false_positive_rate`. Scores of all members are pooled; values are jackknife pseudo-values over members, so a single
    one may lie outside the bounds. Not measurable with fewer than 1 / `false_positive_rate` non-member scores.

    Reference: Song et al. (2019), "Privacy risks of securing machine learning models against adversarial examples", section 3;
    the attack on both scores is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = AdversarialDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> AdversarialMembershipExposure(false_positive_rate=0.5).measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        1.0

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    title: ClassVar[str] = "membership exposure (adversarial rows)"
    needs: ClassVar[tuple[type[Exhibit], ...]] = (AdversarialDisclosure,)
    disclosure: ClassVar[type[Disclosure]] = AdversarialDisclosure
    reference: ClassVar[str] = "Song et al., 2019"
