"""Membership disparity: the largest difference between groups in how well a membership attack does."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships
from interplay.metrics._metric import Direction, GroupMetric, Rate, too_small
from interplay.metrics._roc import area, pooled_sample


@dataclass(frozen=True)
class MembershipDisparity(GroupMetric):
    """The largest difference between groups in how well a membership attack tells training rows from others.

    membership_disparity = max over groups a, b of [risk(a) - risk(b)],
    risk(group) = area under the attack's curve (LiRA) over the rows of the group alone

    `grouping` names the sensitive attribute. Members and non-members of one group are compared with each other, so that
    a group whose rows all have higher scores does not look exposed. Between 0 and 1; lower is better. Scores of all
    members are pooled; values are jackknife pseudo-values over members. Groups with fewer than the minimum of scored
    rows are left out.

    Reference: Kulynych et al. (2022), "Disparate vulnerability to membership inference attacks"; Carlini et al. (2022).

    Example:
        >>> from interplay.evidence import tabulated
        >>> scores = np.array([[3.0, 0.0, 2.0, 2.0]])
        >>> blank, inside = 0 * scores, np.array([[True, False, True, False]])
        >>> found = Memberships(scores, blank, blank, inside, np.full((1, 4), True))
        >>> MembershipDisparity("group").measure(tabulated(labels=[1, 1, 0, 0], groups=[0, 0, 1, 1], exhibits=(found,))).mean
        0.5

    Does not show: why a group is exposed. A budget bounds the exposure of everyone, so a smaller difference under one
    may come from everyone being exposed less. The maximum over groups is biased upward, so tests use the signed
    contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "membership disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Memberships,)
    reference: ClassVar[str] = "Kulynych et al., 2022"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        return NotMeasurable("the area under a curve is no share of rows")

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(Memberships)
        if isinstance(found, NotMeasurable):
            return found
        if self.grouping not in evidence.rows.groupings:
            return NotMeasurable(f"the data have no grouping {self.grouping!r}")
        groups = evidence.rows.groupings[self.grouping]
        known: dict[int, Sample] = {}
        excluded = []
        for code in range(len(groups.names)):
            scored = found.scored & (groups.codes == code)
            count, least = evidence.rows.distinct(scored.any(axis=0)), evidence.rows.minimum_support
            risk = pooled_sample(evidence, found.lira, replace(found, scored=scored), area) if count >= least else None
            if isinstance(risk, Sample):
                known[code] = risk
            else:
                excluded.append(too_small(evidence, self.grouping, code, count))
        if len(known) < 2:
            reasons = "; ".join(one.reason for one in excluded)
            return NotMeasurable(f"fewer than two groups can be compared: {reasons}")
        largest = max(known, key=lambda code: known[code].support)
        first = groups.reference if groups.reference in known else largest
        order = [first, *(code for code in known if code != first)]
        contrasts = [
            Contrast(
                groups.names[other],
                known[one].values - known[other].values,
                min(known[one].support, known[other].support),
                groups.names[one],
            )
            for one, other in combinations(order, 2)
        ]
        stacked = np.stack([one.values for one in known.values()])
        middle = stacked.mean(axis=1)
        low, high = middle[:, 0].argmin(), middle[:, 0].argmax()
        support = min(one.support for one in known.values())
        return Sample(stacked[high] - stacked[low], support, tuple(contrasts), tuple(excluded))
