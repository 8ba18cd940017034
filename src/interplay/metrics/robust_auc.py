"""Robust AUC: how well the scores still tell the classes apart when every row is moved against itself."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import logsumexp

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Attacked, Evidence, Exhibit
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import area_of_member


@dataclass(frozen=True)
class RobustAuc(Metric):
    """The area under the curve of the scores on attacked rows: with two classes, how the attacked rows are ranked.

    robust_auc = P(attacked margin of a favourable row > attacked margin of an unfavourable row), a tie counts half

    A margin is the log-odds of the favourable class on the row as the attack left it, and the attack moves every row
    against its own label. With more classes it is the mean over classes of the same for the class against the rest. No
    threshold enters, so that approving more people does not raise it: 0.5 for any constant model. Between 0 and 1;
    higher is better; it may lie below 0.5, since an attack can turn the order of two rows round. Not measurable when a
    class has no attacked row.

    Reference: Bradley (1997), "The use of the area under the ROC curve"; Madry et al. (2018) for the attack; Cresswell
    (2025), Eq. 4.

    Example:
        >>> from interplay.evidence import tabulated
        >>> logs = np.log([[[0.2, 0.8], [0.6, 0.4], [0.5, 0.5], [0.9, 0.1]]])
        >>> attacked = Attacked(np.arange(4), logs.argmax(axis=2), logs, radius=0.5, steps=10)
        >>> RobustAuc().measure(tabulated(labels=[1, 1, 0, 0], exhibits=(attacked,))).mean
        0.75

    Does not show: robustness to a stronger attack or another radius, nor how many decisions change; see
    balanced_robust_accuracy.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "robust area under the curve"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "area under the curve"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.03
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Attacked,)
    headline: ClassVar[bool] = True
    reference: ClassVar[str] = "Bradley, 1997"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        attacked = evidence.ask(Attacked)
        if isinstance(attacked, NotMeasurable):
            return attacked
        rows, logs = evidence.rows, attacked.log_probabilities
        if isinstance(logs, NotMeasurable):
            return logs
        labels, counted = rows.labels[attacked.rows], rows.counted[:, attacked.rows]
        classes = [rows.favourable] if rows.classes == 2 else list(range(rows.classes))
        for label in range(rows.classes):
            if not (counted & (labels == label)).any(axis=1).all():
                return NotMeasurable(f"no attacked row with label {label} counts for some member")
        weights = rows.weights[:, attacked.rows]
        areas = [
            [
                area_of_member(margin, labels == label, use, weights)
                for margin, use in zip(margins, counted, strict=True)
            ]
            for label in classes
            for margins in [_margins(logs, label)]
        ]
        return Sample(np.mean(areas, axis=0), evidence.support(rows=attacked.rows))


def _margins(logs: Float[Array, "member some label"], label: int) -> Float[Array, "member some"]:
    """The log-odds of one class."""
    return np.asarray(logs[:, :, label] - logsumexp(np.delete(logs, label, axis=2), axis=2))
