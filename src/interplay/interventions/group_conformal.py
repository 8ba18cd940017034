"""Group-wise conformal prediction: prediction sets calibrated within each group."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._purpose import Service
from interplay.interventions._sets import CalibratedBy, SetIntervention


@dataclass(frozen=True)
class GroupConformal(SetIntervention):
    """Release prediction sets whose threshold is calibrated within each group (equalized coverage).

    set(x) = labels y with conformity_score(x, y) <= q(group of x), one order statistic per group

    P(true label in set | group) >= 1 - miscoverage for every group. A group with fewer than 1 / miscoverage - 1
    calibration rows gets sets with every label. Parameters as in split_conformal. The group must be known.

    Reference: Vovk et al. (2003); Romano et al. (2020); Cresswell (2025), Eq. 8.

    Example:
        >>> GroupConformal(miscoverage=0.1).strict
        False

    Does not show: that sets have the same size in all groups.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS, Aspect.UNCERTAINTY)
    title: ClassVar[str] = "group-wise conformal sets"
    serves: ClassVar[tuple[Service, ...]] = (Service("coverage_disparity", replaces=("split_conformal",)),)
    reference: ClassVar[str] = "Vovk et al., 2003"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Prediction sets that keep the promise in every group.",
        by_group=True,
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("F->UQ", "prediction sets calibrated in each group", "Romano et al., 2020"),
        Mitigates("UQ->F", "prediction sets calibrated in each group", "Romano et al., 2020"),
    )
    calibrated_by: ClassVar[CalibratedBy] = "group"
