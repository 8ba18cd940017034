"""Split conformal prediction: prediction sets that hold the true label at a chosen rate."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.interventions._advice import Proposal
from interplay.interventions._purpose import Service
from interplay.interventions._sets import SetIntervention


@dataclass(frozen=True)
class SplitConformal(SetIntervention):
    """Release a prediction set with each decision, calibrated on held-out rows.

    set(x) = labels y with conformity_score(x, y) <= q, where q is the ceil((n + 1) * (1 - miscoverage))-th smallest
    score of the n calibration rows

    P(true label in set) >= 1 - miscoverage for a new row exchangeable with the calibration rows. `score` is "lac" (one
    less the probability), "aps" (adaptive, randomised) or "raps" (the same, with a penalty on many labels). `strict`
    uses < as the paper's Eq. 6 does; <= is the default, since < loses coverage under ties. `miscoverage` None means the
    smaller of 0.1 and half of the control's error rate on the tuning rows, since above the error rate sets go empty.
    With too few calibration rows the sets hold every label.

    Reference: Vovk et al. (2005); Sadinle et al. (2019) for lac; Romano et al. (2020) for aps; Cresswell (2025), Eq. 6
    and 7.

    Example:
        >>> SplitConformal(miscoverage=0.1).score
        'lac'

    Does not show: coverage within a group, or under an attack.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.UNCERTAINTY,)
    title: ClassVar[str] = "split conformal sets"
    serves: ClassVar[tuple[Service, ...]] = (Service("coverage", "same", baseline_metric="accuracy"),)
    reference: ClassVar[str] = "Vovk et al., 2005"
    proposal: ClassVar[Proposal | None] = Proposal(
        "Prediction sets that hold the true label with a promised probability.",
    )
