"""Class-conditional conformal prediction: prediction sets calibrated within each class."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.interventions._advice import Mitigates
from interplay.interventions._purpose import Service
from interplay.interventions._sets import CalibratedBy, SetIntervention


@dataclass(frozen=True)
class ClassConformal(SetIntervention):
    """Release prediction sets that hold a label by a threshold calibrated on the rows of that label's class.

    set(x) = labels y with conformity_score(x, y) <= q(y), one order statistic for each class, of the calibration rows
    whose label it is

    P(true label in set | label = y) >= 1 - miscoverage for every class y, where sets with one threshold for all rows may
    miss a rare class far more often than they promise. A class with fewer than 1 / miscoverage - 1 calibration rows is in
    every set. Parameters as in split_conformal.

    Reference: Vovk et al. (2003), Mondrian confidence machine; Sadinle et al. (2019), section 2; Ding et al. (2024).

    Example:
        >>> ClassConformal(miscoverage=0.1).strict
        False

    Does not show: coverage within a group, nor how much larger sets become, which is most where a class is rare or hard.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.UNCERTAINTY,)
    title: ClassVar[str] = "class-wise conformal sets"
    serves: ClassVar[tuple[Service, ...]] = (Service("class_coverage_disparity", replaces=("split_conformal",)),)
    reference: ClassVar[str] = "Vovk et al., 2003"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("F->UQ", "a threshold for each class, where sets miss a class too often", "Ding et al., 2024"),
        Mitigates("P->UQ", "a threshold for each class, where sets miss a class too often", "Ding et al., 2024"),
        Mitigates("R->UQ", "a threshold for each class, where sets miss a class too often", "Ding et al., 2024"),
    )
    calibrated_by: ClassVar[CalibratedBy] = "class"
