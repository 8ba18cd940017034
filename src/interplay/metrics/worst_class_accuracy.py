"""Worst-class accuracy: the accuracy in the class for which it is lowest."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric

MOST_CLASSES = 30


@dataclass(frozen=True)
class WorstClassAccuracy(Metric):
    """The accuracy in the class for which it is lowest, every class being a group.

    worst_class_accuracy = share of the rows with label c that are decided as c, c = the class with the lowest share

    The class is chosen once at unit weights and then followed through members and draws. Between 0 and 1; higher is
    better; 0 for a model that always says the same. Treatments are compared class by class (`contrasts`). Not
    measurable when a class has fewer rows than a group needs.

    Reference: Xu et al. (2021), "To be robust or to be fair"; Benz et al. (2021).

    Example:
        >>> from interplay.evidence import tabulated
        >>> WorstClassAccuracy().measure(tabulated(labels=[1, 1, 0, 0], decisions=[1, 1, 1, 0])).mean
        0.5

    Does not show: how groups of people fare. The lowest of several noisy numbers is biased downward, so tests look at
    every class; with more than 30 classes that costs so much certainty that the accuracy of groups of classes says
    more.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "worst-class accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Xu et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions, rows = evidence.ask(Predictions), evidence.rows
        if isinstance(predictions, NotMeasurable):
            return predictions
        if rows.classes > MOST_CLASSES:
            return NotMeasurable(f"{rows.classes} classes, at most {MOST_CLASSES} are compared one by one")
        means = class_means(evidence, predictions.right(rows))
        if isinstance(means, NotMeasurable):
            return means
        supports = [evidence.support(rows.labels == label) for label in range(rows.classes)]
        if min(supports) < rows.minimum_support:
            few = min(range(rows.classes), key=supports.__getitem__)
            return NotMeasurable(f"class {few} has {supports[few]} of at least {rows.minimum_support} rows")
        worst = min(range(rows.classes), key=lambda label: float(means[label][:, 0].mean()))
        contrasts = (
            Contrast(f"class {label}", mean, supports[label], rate="accuracy", kind="lowest")
            for label, mean in enumerate(means)
        )
        return Sample(means[worst], supports[worst], tuple(contrasts))
