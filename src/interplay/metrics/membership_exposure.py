"""Membership exposure: the share of training rows an attacker finds who may accuse few others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import exposure_sample


@dataclass(frozen=True)
class MembershipExposure(Metric):
    """The share of training rows an attacker finds who may accuse few others.

    membership_exposure = share of members' scores above t, t = the threshold above which a share `false_positive_rate`
    of non-members' scores lies

    LiRA scores; between two thresholds of the curve by a straight line. `false_positive_rate` lies in (0, 1). Between 0
    and 1; lower is better; guessing reaches `false_positive_rate`. Not measurable with fewer than 1 /
    `false_positive_rate` non-member scores; `resolution` says how fine the data allow. Scores of all members are
    pooled; values are jackknife pseudo-values over members, so a single one may lie outside the bounds.

    Reference: Carlini et al. (2022), "Membership inference attacks from first principles"; Cresswell (2025), section
    2.2.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> scores, inside = np.array([[3.0, 1.0, 2.0, 0.0]]), np.array([[True, True, False, False]])
        >>> blank, scored = 0 * scores, np.full((1, 4), True)
        >>> memberships = Memberships(lira=scores, loss=blank, rmia=blank, inside=inside, scored=scored)
        >>> evidence = tabulated(labels=[1, 1, 0, 0], exhibits=(memberships,))
        >>> MembershipExposure(false_positive_rate=0.5).measure(evidence).mean
        1.0
        >>> MembershipExposure().resolution(evidence)
        '2 non-member scores of 2 rows resolve false-positive rates down to 0.5'

    Does not show: who is exposed, nor what an attacker gains from knowing. An attack that finds little shows no harm
    found by this attack at this sample size; a stronger attack, more shadow models or more rows may find more.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership exposure (LiRA)"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of training rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.01
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Memberships,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Carlini et al., 2022"

    false_positive_rate: float = 0.01

    @property
    def key(self) -> str:
        """The name, and the rate when it is not the default."""
        default = type(self).false_positive_rate
        return self.name if self.false_positive_rate == default else f"{self.name}/{self.false_positive_rate:g}"

    def resolution(self, evidence: Evidence) -> str | NotMeasurable:
        """How many non-members there are, and the smallest false-positive rate they can show."""
        memberships = evidence.ask(Memberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        outside = memberships.scored & ~memberships.inside
        count, rows = int(outside.sum()), int(outside.any(axis=0).sum())
        if count == 0:
            return NotMeasurable("no non-member has a score")
        return f"{count} non-member scores of {rows} rows resolve false-positive rates down to {1 / count:.2g}"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        memberships = evidence.ask(Memberships)
        if isinstance(memberships, NotMeasurable):
            return memberships
        return exposure_sample(evidence, memberships.lira, memberships, self.false_positive_rate)
