"""Group memorisation: memorisation in the group for which it is largest."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships, Predictions
from interplay.metrics._highest import highest
from interplay.metrics._memorised import memorised
from interplay.metrics._metric import Direction, GroupMetric, Rate


@dataclass(frozen=True)
class GroupMemorisation(GroupMetric):
    """Memorisation in the group for which it is largest.

    group_memorisation = max over groups of mean over the group's rows of [share of the models that trained on the row
    and decide it rightly - share of the models that did not and do]

    `grouping` names the sensitive attribute. Between -1 and 1; lower is better. Treatments are compared group by group
    (`contrasts`). The group is chosen once at unit weights and then followed. Values are jackknife pseudo-values over
    members.

    Reference: Chang and Shokri (2021), "On the privacy risks of algorithmic fairness"; Feldman and Zhang (2020), Eq. 1.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> inside = np.array([[True, False], [False, True]])
        >>> blank, scored = np.zeros((2, 2)), np.full((2, 2), True)
        >>> seen = Memberships(blank, blank, blank, inside, scored)
        >>> evidence = tabulated(labels=[1, 1], decisions=[[1, 0], [1, 1]], groups=[0, 1], exhibits=(seen,))
        >>> GroupMemorisation("group").measure(evidence).mean
        1.0

    Does not show: what an attacker finds, nor which rows of the group are memorised. The largest of several noisy
    numbers is biased upward, so tests look at every group.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "memorisation by group"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of models"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Memberships,
        Predictions,
    )
    reference: ClassVar[str] = "Chang and Shokri, 2021"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        return NotMeasurable("what a row's models decide with and without it is no share of rows")

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        for kind in self.needs:
            if isinstance(absent := evidence.ask(kind), NotMeasurable):
                return absent
        return highest(evidence, self.grouping, partial(memorised, evidence), "memorisation")
