"""Group attack success: the share of rightly decided rows that an attack turns, in the group for which it is largest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit, RightlyDecided
from interplay.metrics._metric import Direction, GroupMetric, Rate, extreme_group


@dataclass(frozen=True)
class GroupAttackSuccess(GroupMetric):
    """The share of rightly decided rows that an attack turns, in the group for which it is largest.

    group_attack_success = max over groups of [share of the group's rows which are decided rightly before the attack and
    wrongly after it, among those decided rightly before it]

    Two treatments are compared on the rows that both decide rightly before the attack, group by group (`contrasts`), so
    that a group whose approvals rise does not look attacked for that. The group is chosen once at unit weights. Between
    0 and 1; lower is better.

    Reference: Xu et al. (2021), "To be robust or to be fair"; Carlini and Wagner (2017) for attack success.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> attacked = Attacked(np.arange(4), np.array([[1, 0, 1, 1]]), np.zeros((1, 4, 2)), radius=0.5, steps=10)
        >>> right = RightlyDecided(np.full((1, 4), True))
        >>> evidence = tabulated(labels=[1, 1, 1, 1], groups=[0, 0, 1, 1], exhibits=(attacked, right))
        >>> GroupAttackSuccess("group").measure(evidence).mean
        0.5

    Does not show: what a stronger attack finds. The largest of several noisy numbers is biased upward, so tests look at
    every group.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "attack success by group"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Attacked,
        RightlyDecided,
    )
    paired: ClassVar[bool] = True
    reference: ClassVar[str] = "Xu et al., 2021"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        attacked, decided = evidence.ask(Attacked), evidence.ask(RightlyDecided)
        if isinstance(attacked, NotMeasurable):
            return attacked
        if isinstance(decided, NotMeasurable):
            return decided
        right = decided.right[:, attacked.rows]
        return {"attack success": Rate(attacked.turned(evidence.rows), right, attacked.rows)}

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return extreme_group(evidence, self, "highest")
