"""Unexplained decisions: how often a decision is another one than its explanation says."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Predictions
from interplay.metrics._against import Against
from interplay.metrics._mean import averaged
from interplay.metrics._metric import Direction, Metric, Rate


@dataclass(frozen=True)
class UnexplainedDecisions(Metric):
    """How often a decision is another one than the local model of its explanation says.

    unexplained_decisions = mean over explained rows of [decision is favourable != local model at the row > 0.5]

    With two labels. The local model describes the score; what decides may lie on top of it, such as thresholds by
    group, which explanations of the score do not know. Between 0 and 1; lower is better.

    Reference: Di Gennaro et al. (2024), arXiv:2408.15096, on explanations and post-processing; the measure is our own.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero = np.zeros((1, 2))
        >>> shown = Explanations(np.arange(2), np.zeros((1, 2, 1)), zero, zero, zero, zero, local=np.array([[0.7, 0.4]]))
        >>> UnexplainedDecisions().measure(tabulated(labels=[1, 1], decisions=[1, 1], exhibits=(shown,))).mean
        0.5

    Does not show: which of the two a person would be told; nor decisions that agree with a local model for other
    reasons.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "share of unexplained decisions"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Predictions,
    )
    reference: ClassVar[str] = "Di Gennaro et al., 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        explanations, predictions, rows = evidence.ask(Explanations), evidence.ask(Predictions), evidence.rows
        if isinstance(explanations, NotMeasurable):
            return explanations
        if isinstance(predictions, NotMeasurable):
            return predictions
        if explanations.local is None or rows.classes != 2:
            return NotMeasurable("explanations of one score say nothing of a decision between more than two labels")
        at, side = explanations.rows, explanations.local > 0.5
        if predictions.cuts is None:
            decided = predictions.decisions[:, at] == rows.favourable
            return averaged(evidence, Rate((decided != side).astype(np.float64), rows=at))
        cuts = predictions.cuts.moved(at, predictions.cuts.margins[:, at])
        return averaged(evidence, Rate(Against(cuts.where(np.ones(len(at), dtype=bool)), side), rows=at))
