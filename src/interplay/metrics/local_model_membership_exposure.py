"""Membership exposure (scores and explanations): the share of training rows found by someone who sees both."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence import Disclosure, Exhibit, LocalModelDisclosure
from interplay.metrics._exposure import Exposure


@dataclass(frozen=True)
class LocalModelMembershipExposure(Exposure):
    """The share of training rows found by an attacker who sees scores and explanations and may accuse few others.

    local_model_membership_exposure = share of members' scores above t, t = the threshold above which a share
    `false_positive_rate` of non-members' scores lies

    The attack is that of `score_membership_exposure`, which also sees how far the score of a row lies from what the
    local model of its explanation says of it. All models are explained with the same perturbed rows, which is the worst
    case. Between 0 and 1; lower is better; guessing reaches `false_positive_rate`. Scores of all members are pooled;
    values are jackknife pseudo-values over members, so a single one may lie outside the bounds. Not measurable with
    fewer than 1 / `false_positive_rate` non-member scores.

    Reference: Quan et al. (2022), "On the amplification of membership inference by explanations"; the attack is our
    own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> seen = LocalModelDisclosure(scores, inside, scored=np.full((1, 4), True))
        >>> LocalModelMembershipExposure(false_positive_rate=0.5).measure(tabulated(labels=[1, 1, 0, 0], exhibits=(seen,))).mean
        1.0

    Does not show: what a stronger attack finds. An attack that finds little shows no harm found by this attack at this
    sample size.
    """

    title: ClassVar[str] = "membership exposure (scores and explanations)"
    needs: ClassVar[tuple[type[Exhibit], ...]] = (LocalModelDisclosure,)
    disclosure: ClassVar[type[Disclosure]] = LocalModelDisclosure
    reference: ClassVar[str] = "Quan et al., 2022"
