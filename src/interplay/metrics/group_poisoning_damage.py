"""Group poisoning damage: the accuracy that poisoned training rows cost in the group where they cost most."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import CleanTwin, Evidence, Exhibit, Predictions
from interplay.metrics._damage import damage
from interplay.metrics._highest import highest
from interplay.metrics._metric import Direction, GroupMetric, Rate


@dataclass(frozen=True)
class GroupPoisoningDamage(GroupMetric):
    """By how much less often the same treatment decides correctly in a group once some of its training rows are poisoned.

    group_poisoning_damage = max over groups of
    (accuracy in the group without the poison - accuracy in the group)

    `grouping` names the sensitive attribute. Between -1 and 1, as a share of the group's rows; lower is better. Models with
    and without the poison are those of `poisoning_damage`. Treatments are compared group by group (`contrasts`).

    Reference: Chang et al. (2020), "On adversarial bias and the robustness of fair machine learning".

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> decided = np.array([[1, 1, 0, 1]])
        >>> clean = CleanTwin(np.full((1, 4, 2), np.log(0.5)), decided)
        >>> evidence = tabulated(
        ...     labels=[1, 1, 0, 1], decisions=[1, 0, 0, 1], groups=[0, 0, 1, 1], exhibits=(clean,)
        ... )
        >>> GroupPoisoningDamage("group").measure(evidence).mean
        0.5

    Does not show: the damage of a better attack with as many rows. The largest of several noisy numbers is biased upward,
    so tests look at every group.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "damage by poisoned training rows in a group"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions, CleanTwin)
    reference: ClassVar[str] = "Chang et al., 2020"

    @property
    def shows_collapse(self) -> bool:
        return True

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        return NotMeasurable("a difference of two accuracies is no share of rows")

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        missing = damage(evidence)
        if isinstance(missing, NotMeasurable):
            return missing
        return highest(evidence, self.grouping, partial(damage, evidence), "damage")
