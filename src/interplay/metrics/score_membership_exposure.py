"""Membership exposure (scores): the share of training rows found by an attacker who sees scores and may accuse few others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence import Disclosure, Exhibit, ScoreDisclosure
from interplay.metrics._exposure import Exposure


@dataclass(frozen=True)
class ScoreMembershipExposure(Exposure):
    """The share of training rows found by an attacker who sees scores and may accuse few others.

    score_membership_exposure = share of members' scores above t, t = the threshold above which a share
    `false_positive_rate` of non-members' scores lies

    The attack is a likelihood ratio with gaps shrunk towards that of all rows (`interplay.attacks.shrunken_lira`).
    Between 0 and 1; lower is better; guessing reaches `false_positive_rate`. Scores of all members are pooled; values
    are jackknife pseudo-values over members, so a single one may lie outside the bounds. Not measurable with fewer than
    1 / `false_positive_rate` non-member scores.

    Reference: Carlini et al. (2022), "Membership inference attacks from first principles"; the shrinkage is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = ScoreDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> ScoreMembershipExposure(false_positive_rate=0.5).measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        1.0

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    title: ClassVar[str] = "membership exposure (scores)"
    needs: ClassVar[tuple[type[Exhibit], ...]] = (ScoreDisclosure,)
    disclosure: ClassVar[type[Disclosure]] = ScoreDisclosure
    reference: ClassVar[str] = "Carlini et al., 2022"
