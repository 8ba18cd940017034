"""Robust accuracy: the share of rows that are still decided correctly under attack."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class RobustAccuracy(Metric):
    """The share of rows that are still decided correctly under attack.

    robust_accuracy = mean over attacked rows of [decision on the adversarial row = label]

    The adversary moves the columns a person can change, within the attack's radius. Between 0 and 1; higher is better.

    Reference: Madry et al. (2018), "Towards deep learning models resistant to adversarial attacks"; Cresswell (2025),
    Eq. 4.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> attacked = Attacked(np.array([0, 2]), np.array([[1, 0]]), np.zeros((1, 2, 2)), radius=0.5, steps=10)
        >>> RobustAccuracy().measure(tabulated(labels=[1, 0, 1], exhibits=(attacked,))).mean
        0.5

    Does not show: robustness to a stronger attack or another radius. A model that ignores the columns an attacker can
    move has it for nothing; see movable_share and switch_accuracy.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "robust accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked,)
    reference: ClassVar[str] = "Madry et al., 2018"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        attacked = evidence.ask(Attacked)
        if isinstance(attacked, NotMeasurable):
            return attacked
        return averaged(evidence, Rate(attacked.right(evidence.rows), rows=attacked.rows))
