"""Disagreement: the share of rows that another member of the same treatment decides differently."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Predictions
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class Disagreement(Metric):
    """The share of rows that another member of the same treatment decides differently.

    disagreement[k] = mean over rows of [share of the other members that decide the row otherwise than member k]

    Only members for which a row counts take part in it; a row without another such member is left out. Between 0 and 1;
    lower is better. Values of two members overlap, as each compares itself with the other.

    Reference: Marx et al. (2020), "Predictive multiplicity in classification", for its ambiguity; Cresswell (2025),
    section 2.6.

    Example:
        >>> from interplay.evidence import Rows
        >>> rows = Rows(np.array([1, 0]), {}, counted=np.full((2, 2), True), weights=np.ones((1, 2)))
        >>> said = Predictions(np.zeros((2, 2, 2)), np.array([[1, 0], [1, 1]]))
        >>> Disagreement().measure(Evidence(rows, {Predictions: lambda: said})).mean
        0.5

    Does not show: why they differ: members have other training rows and another start, so it holds both. Two members
    may agree and be wrong.
    """

    aspect: ClassVar[Aspect] = Aspect.REPRODUCIBILITY
    title: ClassVar[str] = "disagreement"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type, ...]] = (Predictions,)
    reference: ClassVar[str] = "Marx et al., 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions = evidence.ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        counted = evidence.rows.counted
        if len(counted) < 2:
            return NotMeasurable("one member has no other to disagree with; at least two are needed")
        said = predictions.decisions[:, None] == np.arange(evidence.rows.classes)[:, None]
        votes = (said & counted[:, None]).sum(axis=0)
        own = np.take_along_axis(votes, predictions.decisions, axis=0)
        others = counted.sum(axis=0) - 1
        shared = others > 0
        differing = np.where(counted & shared, counted.sum(axis=0) - own, 0)
        return averaged(evidence, Rate(differing / np.maximum(others, 1), shared))
