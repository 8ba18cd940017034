"""Group thresholds: the favourable decision at a different score in each group."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.interventions._advice import Mitigates, Proposal
from interplay.interventions._purpose import Service
from interplay.interventions._thresholds import (
    DrawnThresholds,
    FittingRows,
    Rates,
    ThresholdIntervention,
    Thresholds,
)


@dataclass(frozen=True)
class GroupThresholds(ThresholdIntervention):
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
    proposal: ClassVar[Proposal | None] = Proposal(
        "A decision threshold of its own for every group.",
        by_group=True,
    )
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("P->F", "thresholds by group on top of the private model", "Hardt et al., 2016"),
        Mitigates("R->F", "thresholds by group on top of the robust model", "Hardt et al., 2016"),
    )

    criterion: Literal["demographic_parity", "equal_opportunity"] = "demographic_parity"
    randomised: bool = False

    @property
    def aims(self) -> tuple[Service, ...]:
        """The rate that the criterion makes the same, and no other."""
        return tuple(service for service in self.serves if service.metric.startswith(self.criterion))

    def thresholds(self, rows: FittingRows, groups: int) -> Thresholds:
        fitted = self._fit(rows, rows.weights[None], np.zeros(1), groups)
        low, high, chance = (values[0] for values in (fitted.low, fitted.high, fitted.chance))
        if not fitted.found[0]:
            return Thresholds.fixed(low)
        rates = zip(fitted.attained[0], fitted.found_by_group[0], strict=True)
        attained = tuple(float(rate) if found else NotMeasurable(NO_ROW) for rate, found in rates)
        return Thresholds(low, high, chance, Rates(float(fitted.target[0]), attained))

    def thresholds_in_draws(
        self,
        rows: FittingRows,
        weights: Float[Array, "draw row"],
        scale: Float[Array, " draw"],
        shift: Float[Array, " draw"],
        groups: int,
    ) -> DrawnThresholds:
        # A refit changes no ranking: only the rate at its zero, the target, depends on it.
        fitted = self._fit(rows, weights, -shift / scale, groups)
        return DrawnThresholds(fitted.low, fitted.high, fitted.chance)

    def _fit(
        self, rows: FittingRows, weights: Float[Array, "draw row"], zeros: Float[Array, " draw"], groups: int
    ) -> "_Fit":
        used = rows.labels if self.criterion == "equal_opportunity" else np.ones_like(rows.labels)
        margins, drawn = rows.margins[used], weights[:, used]
        total = drawn.sum(axis=1)
        target = (drawn * (margins >= zeros[:, None])).sum(axis=1) / np.where(total > 0, total, 1.0)
        cuts = [_Cuts.of(margins[here], drawn[:, here]) for here in (rows.groups[used] == g for g in range(groups))]
        fitted = [(_randomised if self.randomised else _nearest)(own, target) for own in cuts]
        low, high, chance, attained = (np.stack(each, axis=1) for each in zip(*fitted, strict=True))
        found_by_group = np.stack([own.found for own in cuts], axis=1)
        low, high = (np.where(found_by_group, limits, zeros[:, None]) for limits in (low, high))
        chance = np.where(found_by_group, chance, 1.0)
        return _Fit(low, low if not self.randomised else high, chance, attained, found_by_group, target, total > 0)


NO_ROW = "the group has no row to fit"

_Limits = tuple[Float[Array, " draw"], Float[Array, " draw"], Float[Array, " draw"], Float[Array, " draw"]]
"""The lower and the higher threshold of a group, the chance of the lower one, and the rate attained."""


@dataclass(frozen=True, eq=False)
class _Fit:
    """Thresholds in every draw, the rates they attain, which groups had a row, the targets, and whether any row was."""

    low: Float[Array, "draw group"]
    high: Float[Array, "draw group"]
    chance: Float[Array, "draw group"]
    attained: Float[Array, "draw group"]
    found_by_group: Bool[Array, "draw group"]
    target: Float[Array, " draw"]
    found: Bool[Array, " draw"]


@dataclass(frozen=True, eq=False)
class _Cuts:
    """Every cut of a group that decides its rows differently, from accepting all to accepting none.

    `values` are the distinct margins in ascending order, `held` the weight on each, and `rates` the share accepted at the
    cut below each, and above the last.
    """

    values: Float[Array, " value"]
    held: Float[Array, "draw value"]
    rates: Float[Array, "draw cut"]

    @classmethod
    def of(cls, margins: Float[Array, " row"], weights: Float[Array, "draw row"]) -> "_Cuts":
        """The cuts between these margins."""
        order = np.argsort(margins, kind="stable")
        values, first = np.unique(margins[order], return_index=True)
        held = np.add.reduceat(weights[:, order], first, axis=1) if len(first) else weights[:, order]
        accepted = np.cumsum(np.pad(held, ((0, 0), (0, 1)))[:, ::-1], axis=1)[:, ::-1]
        return cls(values, held, accepted / np.where(accepted[:, :1] > 0, accepted[:, :1], 1.0))

    @property
    def found(self) -> Bool[Array, " draw"]:
        """Whether any row has weight."""
        return np.asarray((self.held > 0).any(axis=1))

    def at(self, cut: Int[Array, " draw"]) -> Float[Array, " draw"]:
        """The threshold of a cut of every draw: halfway between the nearest margins with weight on its two sides."""
        count, rows = len(self.values), np.arange(len(cut))
        places, weighed = np.arange(count), self.held > 0
        below = np.maximum.accumulate(np.where(weighed, places, -1), axis=1)
        above = np.minimum.accumulate(np.where(weighed, places, count)[:, ::-1], axis=1)[:, ::-1]
        padded = np.concatenate(([-np.inf], self.values, [np.inf]))
        low = padded[np.pad(below, ((0, 0), (1, 0)), constant_values=-1)[rows, cut] + 1]
        high = padded[np.pad(above, ((0, 0), (0, 1)), constant_values=count)[rows, cut] + 1]
        inner = np.isfinite(low) & np.isfinite(high)
        middle = (np.where(inner, low, 0.0) + np.where(inner, high, 0.0)) / 2
        between = np.where(middle > low, middle, high)  # next to each other: no number lies between
        return np.where(inner, between, np.where(np.isinf(low), low, high))


def _nearest(cuts: _Cuts, target: Float[Array, " draw"]) -> _Limits:
    away = np.round(np.abs(cuts.rates - target[:, None]), 12)
    chosen = len(cuts.values) - away[:, ::-1].argmin(axis=1)
    limits = cuts.at(chosen)
    return limits, limits, np.ones(len(target)), cuts.rates[np.arange(len(target)), chosen]


def _randomised(cuts: _Cuts, target: Float[Array, " draw"]) -> _Limits:
    count, rows = len(cuts.values), np.arange(len(target))
    last = count - (cuts.rates >= target[:, None] - 1e-12)[:, ::-1].argmax(axis=1)
    following = np.minimum(last + 1, count)
    here, there = cuts.rates[rows, last], cuts.rates[rows, following]
    steps = here > there
    chance = np.where(steps, np.minimum((target - there) / np.where(steps, here - there, 1.0), 1.0), 1.0)
    return cuts.at(last), cuts.at(following), chance, np.where(steps, target, here)
