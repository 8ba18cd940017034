"""Balanced poisoning damage: the balanced accuracy that poisoned training rows cost."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import CleanTwin, Evidence, Exhibit, Predictions
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class BalancedPoisoningDamage(Metric):
    """By how much less often the same treatment decides a class correctly once some of its training rows are poisoned.

    balanced_poisoning_damage = mean over classes of
    (accuracy in the class without the poison - accuracy in the class)

    Between -1 and 1, as a share of rows; lower is better, 0 is no damage. Models with and without the poison are those of
    `poisoning_damage`. Every class counts alike: where one is rare, a poison that makes a model of no use costs little
    accuracy. Not measurable when a class has no row.

    Reference: Chang et al. (2020), "On adversarial bias and the robustness of fair machine learning"; Brodersen et al. (2010)
    for balanced accuracy.

    Example:
        >>> from interplay.evidence import tabulated
        >>> decided = np.array([[1, 1, 1, 0]])
        >>> clean = CleanTwin(np.full((1, 4, 2), np.log(0.5)), decided)
        >>> evidence = tabulated(labels=[1, 1, 1, 0], decisions=[1, 1, 1, 1], exhibits=(clean,))
        >>> BalancedPoisoningDamage().measure(evidence).mean
        0.5

    Does not show: which class loses, nor the damage of a better attack with as many rows.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "damage by poisoned training rows, classes alike"
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
        clean, poisoned = evidence.ask(CleanTwin), evidence.ask(Predictions)
        if isinstance(clean, NotMeasurable):
            return clean
        if isinstance(poisoned, NotMeasurable):
            return poisoned
        before, after = (class_means(evidence, one.right(evidence.rows)) for one in (clean, poisoned))
        if isinstance(before, NotMeasurable):
            return before
        if isinstance(after, NotMeasurable):
            return after
        return Sample(np.mean(before, axis=0) - np.mean(after, axis=0), evidence.support())
