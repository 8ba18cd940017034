"""Worst-group accuracy: the accuracy in the group for which it is lowest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, GroupMetric, Rate, group_rates


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
        if self.grouping not in evidence.rows.groupings:
            return NotMeasurable(f"the data have no grouping {self.grouping!r}")
        rates = self.rates(evidence)
        if isinstance(rates, NotMeasurable):
            return rates
        found = group_rates(evidence, self.grouping, rates["accuracy"])
        if len(found.means) < 2:
            reasons = "; ".join(reason.reason for reason in found.excluded)
            return NotMeasurable(f"fewer than two groups can be compared: {reasons}")
        names = evidence.rows.groupings[self.grouping].names
        worst = min(found.means, key=lambda code: float(found.means[code][:, 0].mean()))
        contrasts = (
            Contrast(names[code], accuracy, found.supports[code], rate="accuracy", kind="lowest")
            for code, accuracy in found.means.items()
        )
        return Sample(found.means[worst], found.supports[worst], tuple(contrasts), found.excluded)
