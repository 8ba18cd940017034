"""Poisoning damage: the accuracy that poisoned training rows cost."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import CleanTwin, Evidence, Exhibit, Predictions
from interplay.metrics._damage import damage
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class PoisoningDamage(Metric):
    """By how much less often the same treatment decides correctly once some of its training rows are poisoned.

    poisoning_damage = mean over rows of [decision without the poison = label] - mean over rows of [decision = label]

    Between -1 and 1, as a share of rows; lower is better, 0 is no damage. Models with and without the poison
    (`label_flipping`) share rows, initialisation and batches, member by member; both are evaluated on the same rows, whose
    labels nobody changed. Of a collapsed treatment it is judged too: a useless model is what such an attack wants.

    Reference: Chang et al. (2020), "On adversarial bias and the robustness of fair machine learning".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> decided = np.array([[1, 1, 0, 1]])
        >>> clean = CleanTwin(np.full((1, 4, 2), np.log(0.5)), decided)
        >>> evidence = tabulated(labels=[1, 1, 0, 1], decisions=[1, 0, 0, 1], exhibits=(clean,))
        >>> PoisoningDamage().measure(evidence).mean
        0.25

    Does not show: the damage of a better attack with as many rows, nor what is left of it where learning rates, scales and
    intercepts are fitted on poisoned rows too: here they are fitted on tuning rows that are clean.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "damage by poisoned training rows"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions, CleanTwin)
    reference: ClassVar[str] = "Chang et al., 2020"

    @property
    def shows_collapse(self) -> bool:
        return True

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return damage(evidence)
