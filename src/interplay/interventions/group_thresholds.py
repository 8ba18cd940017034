"""Group thresholds: the favourable decision at a different score in each group."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.interventions._intervention import FittingRows, PredictionIntervention, Service


@dataclass(frozen=True)
class GroupThresholds(PredictionIntervention):
    """Decide at a threshold of its own in each group, so that a rate is the same in all groups.

    criterion "demographic_parity": P(favourable | group) is the overall rate of favourable decisions at threshold zero.
    criterion "equal_opportunity": P(favourable | group, label favourable) is the overall one.

    A threshold is a quantile of the margin (log-odds of the favourable class) among the group's tuning rows, which are
    apart from the rows that calibrate prediction sets. A group without a row to fit keeps the threshold zero.
    The group of a person must be known when deciding.

    Reference: Hardt et al. (2016) for equal opportunity; deterministic thresholds instead of randomised ones.

    Example:
        >>> rows = FittingRows(
        ...     margins=np.array([3.0, 1.0, -1.0, -3.0]), labels=np.array([True, True, False, False]),
        ...     groups=np.array([0, 0, 1, 1]), weights=np.ones(4))
        >>> GroupThresholds().thresholds(rows, groups=2).tolist()
        [3.0, -1.0]

    Does not show: that error rates agree; and the fitted rows lie outside a privacy budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "group thresholds"
    serves: ClassVar[tuple[Service, ...]] = (
        Service("demographic_parity_difference"),
        Service("equal_opportunity_difference"),
    )
    reference: ClassVar[str] = "Hardt et al., 2016"

    criterion: Literal["demographic_parity", "equal_opportunity"] = "demographic_parity"

    @property
    def aims(self) -> tuple[Service, ...]:
        """The rate that the criterion makes the same, and no other."""
        return tuple(service for service in self.serves if service.metric.startswith(self.criterion))

    def thresholds(self, rows: FittingRows, groups: int) -> Float[Array, " group"]:
        eligible: Bool[Array, " row"] = (
            rows.labels if self.criterion == "equal_opportunity" else np.ones_like(rows.labels)
        )
        if not (rows.weights * eligible).sum():
            return np.zeros(groups)
        target = float(np.average(rows.margins >= 0, weights=rows.weights * eligible))
        found = np.zeros(groups)
        for group in range(groups):
            here = eligible & (rows.groups == group) & (rows.weights > 0)
            if here.any():
                found[group] = _threshold(rows.margins[here], rows.weights[here], target)
        return found


def _threshold(margins: Float[Array, " row"], weights: Float[Array, " row"], target: float) -> float:
    order = np.argsort(-margins, kind="stable")
    shares = np.cumsum(weights[order]) / weights.sum()
    accepted = int(np.argmin(np.abs(np.concatenate(([0.0], shares)) - target)))
    return float(np.inf) if accepted == 0 else float(margins[order][accepted - 1])
