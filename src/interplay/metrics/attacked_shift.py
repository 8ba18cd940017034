"""Attacked shift: how far an attack moves the score of a row, in standard deviations of the score."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import AdversarialScores, Evidence, Exhibit, Scores
from interplay.metrics._classes import class_means
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class AttackedShift(Metric):
    """How far an attack moves the log-odds of a row, in standard deviations of the log-odds.

    attacked_shift = mean over labels of mean over attacked rows of that label of |log-odds after the attack - log-odds
    of the row| / standard deviation of the log-odds over the attacked rows

    With two labels: the largest slope found within the radius, up to that radius, on a scale that does not change where
    all scores are stretched. At least 0; lower is better; differences are judged as ratios; labels count alike, since
    the common one lies farther from the boundary.

    Reference: Tursynbek et al. (2021), "Robustness threats of differential privacy", on the smoothness of private
    models.

    Example:
        >>> from interplay.evidence import tabulated
        >>> logs = np.zeros((1, 2, 2))
        >>> scores, moved = Scores(logs, np.array([[2.0, -2.0]])), AdversarialScores(np.arange(2), logs, np.array([[1.0, 0.0]]))
        >>> AttackedShift().measure(tabulated(labels=[1, 0], exhibits=(scores, moved))).mean
        0.75

    Does not show: whether decisions turn, nor what a stronger attack finds.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "shift of the score under attack"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "standard deviations"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        AdversarialScores,
        Scores,
    )
    relative: ClassVar[bool] = True
    reference: ClassVar[str] = "Tursynbek et al., 2021"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        scores, moved = evidence.ask(Scores), evidence.ask(AdversarialScores)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(moved, NotMeasurable):
            return moved
        if evidence.rows.classes != 2:
            return NotMeasurable(f"{evidence.rows.classes} labels: one log-odds does not say how far scores move")
        before = scores.margins[:, moved.rows]
        means = class_means(evidence, np.abs(moved.margins - before), moved.rows)
        first, second = (evidence.mean(before**power, rows=moved.rows) for power in (1, 2))
        if isinstance(means, NotMeasurable):
            return means
        if isinstance(first, NotMeasurable) or isinstance(second, NotMeasurable):
            return NotMeasurable("no attacked row counts for some member")
        spread = np.sqrt(np.maximum(second - first**2, 0.0))
        if not (spread > 0).all():
            return NotMeasurable("some member gives all attacked rows one score")
        return Sample(np.mean(means, axis=0) / spread, evidence.support(rows=moved.rows))
