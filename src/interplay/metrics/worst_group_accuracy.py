"""Worst-group accuracy: the accuracy in the group for which it is lowest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, GroupMetric, Rate, extreme_group


@dataclass(frozen=True)
class WorstGroupAccuracy(GroupMetric):
    """The accuracy in the group for which it is lowest.

    worst_group_accuracy = accuracy(g), g = the group with the lowest accuracy, averaged over members at unit weights

    `grouping` names the sensitive attribute. The group is chosen once and then followed through members and draws, so
    that the value does not jump between groups. Between 0 and 1; higher is better. Not measurable with fewer than two
    groups. Treatments are compared group by group (`contrasts`): a group that falls is seen although another one is the
    worst.

    Reference: Sagawa et al. (2020), "Distributionally robust neural networks for group shifts".

    Example:
        >>> from interplay.evidence import tabulated
        >>> evidence = tabulated(labels=[1, 1, 0, 1], decisions=[1, 1, 1, 1], groups=[0, 0, 1, 1])
        >>> WorstGroupAccuracy("group").measure(evidence).mean
        0.5

    Does not show: how the other groups fare, nor which one it is. The lowest of several noisy numbers is biased
    downward.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "worst-group accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Sagawa et al., 2020"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        return {"accuracy": Rate(predictions.right(evidence.rows))}

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return extreme_group(evidence, self, "lowest")
