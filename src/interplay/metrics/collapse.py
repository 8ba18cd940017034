"""Collapse: the share of rows that get the decision given most often."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class Collapse(Metric):
    """The share of rows that get the decision given most often.

    collapse = max over classes c of [share of rows decided as c]

    Between one over the number of classes and 1; lower is better; 1 means that every row gets the same decision.
    Compare it with the share of the most common label: a model may not be asked to lie below that.

    Reference: Kuhn and Johnson (2013), "Applied Predictive Modeling", where the share of the most common label is the
    no-information rate.

    Example:
        >>> from interplay.evidence import tabulated
        >>> Collapse().measure(tabulated(labels=[1, 1, 0, 0], decisions=[1, 1, 1, 0])).mean
        0.75

    Does not show: whether the decisions are right. It says when other numbers mean nothing: a model with one decision
    has no disparity and no adversarial rows.
    """

    aspect: ClassVar[Aspect] = Aspect.UTILITY
    title: ClassVar[str] = "collapse"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
    reference: ClassVar[str] = "Kuhn and Johnson, 2013"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        shares = []
        for label in range(evidence.rows.classes):
            share = evidence.mean(predictions.decided(label, evidence.rows))
            if isinstance(share, NotMeasurable):
                return share
            shares.append(share)
        return Sample(np.max(shares, axis=0), evidence.support())
