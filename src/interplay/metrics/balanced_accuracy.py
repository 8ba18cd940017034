"""Balanced accuracy: the accuracy within each class, averaged over the classes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class BalancedAccuracy(Metric):
    """The accuracy within each class, averaged over the classes.

    balanced_accuracy = mean over classes c of [share of the rows with label c that are decided as c]

    Between 0 and 1; higher is better; one over the number of classes for a model that always says the same. Not
    measurable when a class has no row.

    Reference: Brodersen et al. (2010), "The balanced accuracy and its posterior distribution".

    Example:
        >>> from interplay.evidence import tabulated
        >>> BalancedAccuracy().measure(tabulated(labels=[1, 1, 1, 0], decisions=[1, 1, 1, 1])).mean
        0.5

    Does not show: which class is decided wrongly. A class with few rows weighs as much as a large one, so its noise
    does too.
    """

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    title: ClassVar[str] = "balanced accuracy"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Brodersen et al., 2010"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        recalls = class_means(evidence, predictions.right(evidence.rows))
        if isinstance(recalls, NotMeasurable):
            return recalls
        return Sample(np.mean(recalls, axis=0), evidence.support())
