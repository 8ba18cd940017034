"""Movable share: the share of the margin's variance that is due to columns an attacker can move."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Logits
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class MovableShare(Metric):
    """The share of the margin's variance that is due to columns an attacker can move.

    movable_share = variance(m - n) / (variance(m - n) + variance(n)), m = margin of the favourable class,
    n = the same with all movable columns held at their training mean

    Variances are over the counted rows, weighted. Between 0 and 1. Neither direction is good by itself, so that it is
    shown and never judged: a model that ignores what an attacker can move cannot be attacked, and has stopped using what
    people can change about themselves.

    Reference: Tsipras et al. (2019), "Robustness may be at odds with accuracy", for training that drops features.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> logits = Logits(np.array([[2.0, 0.0, 0.0, -2.0]]), np.array([[1.0, 1.0, -1.0, -1.0]]))
        >>> MovableShare().measure(tabulated(labels=[1, 1, 0, 0], exhibits=(logits,))).mean
        0.5

    Does not show: a share of accuracy, nor what movable and other columns do together: that part is counted as movable,
    and the two variances need not add up to that of the margin.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "movable share"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of variance"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Logits,)
    descriptive: ClassVar[bool] = True
    reference: ClassVar[str] = "Tsipras et al., 2019"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        logits = evidence.ask(Logits)
        if isinstance(logits, NotMeasurable):
            return logits
        counted = evidence.rows.counted
        margins, without = (np.where(counted, part, 0.0) for part in (logits.margins, logits.margins_without_movable))
        if not (np.isfinite(margins).all() and np.isfinite(without).all()):
            return NotMeasurable("the margins of some member are not finite numbers")
        moved, kept = _variance(evidence, margins - without), _variance(evidence, without)
        if isinstance(moved, NotMeasurable):
            return moved
        if isinstance(kept, NotMeasurable):
            return kept
        total = moved + kept
        # Rounding leaves a constant margin a variance of about 1e-32 of its square.
        if not (total > 1e-24 * np.abs(margins).max(axis=1, keepdims=True) ** 2).all():
            return NotMeasurable("the margin of some member does not vary over the rows")
        return Sample(moved / total, evidence.support())


def _variance(evidence: Evidence, values: Float[Array, "member row"]) -> Float[Array, "member draw"] | NotMeasurable:
    # Centred first, since the difference of two large means would lose the digits that matter.
    plain = evidence.mean(values)
    if isinstance(plain, NotMeasurable):
        return plain
    centred = values - plain[:, :1]
    first, second = evidence.mean(centred), evidence.mean(centred**2)
    if isinstance(first, NotMeasurable):
        return first
    if isinstance(second, NotMeasurable):
        return second
    return np.asarray(np.maximum(second - first**2, 0.0))
