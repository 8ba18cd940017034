"""Pair membership risk: what two models together tell of a group's members, in the group where it is most."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PairDisclosure
from interplay.metrics._highest import highest
from interplay.metrics._metric import Direction, GroupMetric, Rate
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class PairMembershipRisk(GroupMetric):
    """How well an attacker who sees a row's scores by an ordinary model and by the treated one tells training rows from others.

    pair_membership_risk = max over groups of area under the curve over the rows of the group,
    of the ratio of likelihoods of (ordinary score, treated score) with the row in training and without it

    `grouping` names the sensitive attribute. Between 0 and 1; lower is better, .5 is guessing. The ordinary model is the
    control from another start (`another_start`): both were trained on the same rows, with no random number in common, so that
    the control's own value is that of a pair of two ordinary models. The gap between the two likelihoods is shrunken towards
    that of all rows. Treatments are compared group by group (`contrasts`). Values are jackknife pseudo-values over members.

    Reference: Tian et al. (2024), "When fairness meets privacy"; Carlini et al. (2022).

    Example:
        >>> from interplay.evidence import tabulated
        >>> inside = np.array([[True, False, True, False]])
        >>> seen = PairDisclosure(np.array([[3.0, 0.0, 2.0, 2.0]]), inside, np.full((1, 4), True))
        >>> evidence = tabulated(labels=[1, 1, 0, 0], groups=[0, 0, 1, 1], exhibits=(seen,))
        >>> PairMembershipRisk("group").measure(evidence).mean
        1.0

    Does not show: what the second model adds to the treated one alone; any second model adds something, which is why a pair
    is compared with a pair. The largest of several noisy numbers is biased upward, so tests look at every group.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "membership risk from a pair of models"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PairDisclosure,)
    reference: ClassVar[str] = "Tian et al., 2024"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        return NotMeasurable("the area under a curve is no share of rows")

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        seen = evidence.ask(PairDisclosure)
        if isinstance(seen, NotMeasurable):
            return seen

        def risk(among: Bool[Array, " row"]) -> Sample | NotMeasurable:
            scored = seen.scored & among
            if not scored.any():
                return NotMeasurable("no row of the group is attacked")
            return pooled_sample(evidence, seen.scores, replace(seen, scored=np.asarray(scored)), area)

        return highest(evidence, self.grouping, risk, "risk")
