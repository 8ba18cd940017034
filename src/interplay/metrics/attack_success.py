"""Attack success: the share of rightly decided rows that the attack turns, averaged over the classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit, RightlyDecided
from interplay.metrics._classes import FEWEST, class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class AttackSuccess(Metric):
    """The share of rightly decided rows that the attack turns, averaged over the classes.

    attack_success = mean over classes c of [share of the attacked rows with label c, decided rightly without an attack,
    that are decided otherwise under attack]

    Two treatments are compared on the rows that both decide rightly. Between 0 and 1; lower is better; a model that
    always says the same is not measurable, since it decides no row of the other classes rightly. A class with fewer
    than 50 such rows a member is not judged, and then neither is the mean.

    Reference: Carlini and Wagner (2017), who count successes on rightly decided rows; Cresswell (2025), section 3.2.

    Example:
        >>> from interplay.evidence import tabulated
        >>> labels = [0] * 60 + [1] * 60
        >>> turned = np.array([[1] * 30 + [0] * 30 + [1] * 60])
        >>> attacked = Attacked(np.arange(120), turned, np.zeros((1, 120, 2)), radius=0.5, steps=10)
        >>> AttackSuccess().measure(tabulated(labels=labels, decisions=labels, exhibits=(attacked,))).mean
        0.25

    Does not show: how many rows are decided rightly at all; see balanced_accuracy. A stronger attack may turn more.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "attack success"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked, RightlyDecided)
    paired: ClassVar[bool] = True
    reference: ClassVar[str] = "Carlini and Wagner, 2017"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        attacked, decided = evidence.ask(Attacked), evidence.ask(RightlyDecided)
        if isinstance(attacked, NotMeasurable):
            return attacked
        if isinstance(decided, NotMeasurable):
            return decided
        right = decided.right[:, attacked.rows]
        shares = class_means(evidence, attacked.turned(evidence.rows), attacked.rows, right, FEWEST)
        if isinstance(shares, NotMeasurable):
            return NotMeasurable(f"rightly decided rows under attack: {shares.reason}")
        return Sample(np.mean(shares, axis=0), evidence.support(right, attacked.rows))
