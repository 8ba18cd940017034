"""Group thresholds: the favourable decision at a different score in each group."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.interventions._intervention import FittingRows, PredictionIntervention, Rates, Service, Thresholds


@dataclass(frozen=True)
class GroupThresholds(PredictionIntervention):
    """Decide at a threshold of its own in each group, so that a rate is the same in all groups.

    criterion "demographic_parity": P(favourable | group) is the overall rate of favourable decisions at threshold zero.
    criterion "equal_opportunity": P(favourable | group, label favourable) is the overall one.

    A threshold is a cut between two distinct margins (log-odds of the favourable class) of the group's tuning rows,
    which are apart from the rows that calibrate prediction sets: the cut whose rate is nearest to the target, and of two
    as near the higher one. Rows of the same margin are accepted or rejected together, so the rate that a group attains
    may miss the target; both are reported. A group without a row to fit keeps the threshold zero. The group of a person
    must be known when deciding.

    With `randomised`, rows between the two cuts around the target are accepted with the chance at which the group attains
    the target exactly, and this chance is drawn once for every row: two people of the same score and group may then be
    decided differently.

    Reference: Hardt et al. (2016), who randomise.

    Example:
        >>> rows = FittingRows(
        ...     margins=np.array([3.0, 1.0, -1.0, -3.0]), labels=np.array([True, True, False, False]),
        ...     groups=np.array([0, 0, 1, 1]), weights=np.ones(4))
        >>> GroupThresholds().thresholds(rows, groups=2).low.tolist()
        [2.0, -2.0]

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
    randomised: bool = False

    @property
    def aims(self) -> tuple[Service, ...]:
        """The rate that the criterion makes the same, and no other."""
        return tuple(service for service in self.serves if service.metric.startswith(self.criterion))

    def thresholds(self, rows: FittingRows, groups: int) -> Thresholds:
        eligible: Bool[Array, " row"] = (
            rows.labels if self.criterion == "equal_opportunity" else np.ones_like(rows.labels)
        )
        used = eligible & (rows.weights > 0)
        if not used.any():
            return Thresholds.fixed(np.zeros(groups))
        target = float(np.average(rows.margins[used] >= 0, weights=rows.weights[used]))
        groupwise = [used & (rows.groups == group) for group in range(groups)]
        fitted = [self._fitted(rows.margins[here], rows.weights[here], target) for here in groupwise]
        low, high, chance = np.array([[one.low, one.high, one.chance] for one in fitted]).T
        return Thresholds(low, high, chance, Rates(target, tuple(one.attained for one in fitted)))

    def _fitted(self, margins: Float[Array, " row"], weights: Float[Array, " row"], target: float) -> "_Fitted":
        if not len(margins):
            return _Fitted(0.0, 0.0, 1.0, NotMeasurable("the group has no row to fit"))
        cuts, rates = _cuts(margins, weights)
        return _randomised(cuts, rates, target) if self.randomised else _nearest(cuts, rates, target)


@dataclass(frozen=True)
class _Fitted:
    """The threshold of one group: `low` with the chance `chance`, else `high`; and the rate that it attains."""

    low: float
    high: float
    chance: float
    attained: float | NotMeasurable


def _cuts(
    margins: Float[Array, " row"], weights: Float[Array, " row"]
) -> tuple[Float[Array, " cut"], Float[Array, " cut"]]:
    """Every cut that decides the rows differently, from accepting all to accepting none, and the rate at each."""
    values, levels = np.unique(margins, return_inverse=True)
    between = (values[:-1] + values[1:]) / 2
    between = np.where(between > values[:-1], between, values[1:])  # next to each other: no number lies between
    accepted = np.cumsum(np.bincount(levels, weights)[::-1])[::-1]
    return np.concatenate(([-np.inf], between, [np.inf])), np.append(accepted / accepted[0], 0.0)


def _nearest(cuts: Float[Array, " cut"], rates: Float[Array, " cut"], target: float) -> _Fitted:
    away = np.round(np.abs(rates - target), 12)
    chosen = int(np.flatnonzero(away == away.min())[-1])
    return _Fitted(float(cuts[chosen]), float(cuts[chosen]), 1.0, float(rates[chosen]))


def _randomised(cuts: Float[Array, " cut"], rates: Float[Array, " cut"], target: float) -> _Fitted:
    last = int(np.flatnonzero(rates >= target - 1e-12)[-1])
    if last == len(cuts) - 1:
        return _Fitted(float(cuts[last]), float(cuts[last]), 1.0, float(rates[last]))
    chance = min((target - rates[last + 1]) / (rates[last] - rates[last + 1]), 1.0)
    return _Fitted(float(cuts[last]), float(cuts[last + 1]), float(chance), target)
