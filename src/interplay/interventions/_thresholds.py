"""Decisions at thresholds: fitted on the tuning rows, at unit weights and anew in every draw."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Cuts, Refits
from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule, Grouping, Scores
from interplay.interventions._layer import NO_GROUP, Ask, HeldOut, PredictionIntervention


@dataclass(frozen=True, eq=False)
class FittingRows:
    """Held-out rows a prediction layer is fitted on: the favourable-class margin, label and group, and weights."""

    margins: Float[Array, " row"]
    labels: Bool[Array, " row"]
    groups: Int[Array, " row"]
    weights: Float[Array, " row"]


@dataclass(frozen=True)
class Rates:
    """The rate that thresholds were fitted for, and the one that each group attains on the fitted rows."""

    target: float
    attained: tuple[float | NotMeasurable, ...]


@dataclass(frozen=True, eq=False)
class Thresholds:
    """The margins at and above which the favourable decision is taken, one or two for each group.

    threshold(row) = low of its group where the row's draw < chance of its group, else high

    Where `low` and `high` agree nothing is left to chance. `rates` says what they were fitted for, where it is a rate.
    """

    low: Float[Array, " group"]
    high: Float[Array, " group"]
    chance: Float[Array, " group"]
    rates: Rates | None = None

    @classmethod
    def fixed(cls, limits: Float[Array, " group"], rates: Rates | None = None) -> Thresholds:
        """The same threshold for all rows of a group."""
        return cls(limits, limits, np.ones(len(limits)), rates)

    def of_rows(self, groups: Int[Array, " row"], draws: Float[Array, " row"]) -> Float[Array, " row"]:
        """The threshold of every row; `draws` are uniform between 0 and 1. A row without a group (-1) has zero.

        Example:
            >>> tied = Thresholds(np.array([1.0]), np.array([2.0]), np.array([0.25]))
            >>> tied.of_rows(np.array([0, 0, -1]), np.array([0.1, 0.7, 0.7])).tolist()
            [1.0, 2.0, 0.0]
        """
        low, high, chance = (np.append(values, 0.0) for values in (self.low, self.high, self.chance))
        return np.asarray(np.where(draws < chance[groups], low[groups], high[groups]))


@dataclass(frozen=True, eq=False)
class DrawnThresholds:
    """`Thresholds` fitted anew with the row weights of every draw."""

    low: Float[Array, "draw group"]
    high: Float[Array, "draw group"]
    chance: Float[Array, "draw group"]


@dataclass(frozen=True)
class ThresholdIntervention(PredictionIntervention):
    """The favourable decision is taken where the log-odds of a row reach the threshold of its group."""

    @abc.abstractmethod
    def thresholds(self, rows: FittingRows, groups: int) -> Thresholds:
        """The thresholds of the groups, fitted on these rows."""

    def thresholds_in_draws(
        self,
        rows: FittingRows,
        weights: Float[Array, "draw row"],
        scale: Float[Array, " draw"],
        shift: Float[Array, " draw"],
        groups: int,
    ) -> DrawnThresholds:
        """The thresholds fitted anew in every draw, on the scale of the margins of `rows`, whose own weights are not used.

        In a draw the margins are scale * margins + shift, since the model is refitted too. As it is, `thresholds` is asked
        draw by draw; an intervention that can do it for all of them at once is faster.
        """
        fitted = [
            self.thresholds(FittingRows(size * rows.margins + move, rows.labels, rows.groups, drawn), groups)
            for size, move, drawn in zip(scale, shift, weights, strict=True)
        ]
        low, high = (
            (np.stack([getattr(single, side) for single in fitted]) - shift[:, None]) / scale[:, None]
            for side in ("low", "high")
        )
        return DrawnThresholds(low, high, np.stack([single.chance for single in fitted]))

    def rule(self, ask: Ask, held_out: HeldOut) -> DecisionRule | NotMeasurable:
        scores, grouping = ask(Scores), held_out.grouping
        if isinstance(scores, NotMeasurable):
            return scores
        if grouping is None:
            return NO_GROUP
        uniform = held_out.uniform("threshold draws")
        cuts = np.stack([fit.of_rows(grouping.codes, uniform) for fit in self._fitted(scores, held_out, grouping)])
        return DecisionRule(cuts, self._in_draws(scores, held_out, grouping, uniform))

    def summary(self, ask: Ask, held_out: HeldOut) -> Mapping[str, Any] | None:
        """The rate that thresholds aim at on the tuning rows and the one of each group, as means over members."""
        scores, grouping = ask(Scores), held_out.grouping
        if grouping is None or isinstance(scores, NotMeasurable):
            return None
        rates = [fit.rates for fit in self._fitted(scores, held_out, grouping) if fit.rates is not None]
        if not rates:
            return None
        each = zip(grouping.names, zip(*(one.attained for one in rates), strict=True), strict=True)
        return {
            "grouping": grouping.name,
            "target": float(np.mean([one.target for one in rates])),
            "groups": [{"name": group, **_mean(values)} for group, values in each],
        }

    def _fitted(self, scores: Scores, held_out: HeldOut, grouping: Grouping) -> list[Thresholds]:
        """The thresholds of every member."""
        tuning = held_out.tuning
        labels, groups = held_out.labels[tuning] == held_out.favourable, grouping.codes[tuning]
        weights = held_out.weights[0, tuning]
        return [
            self.thresholds(FittingRows(margins, labels, groups, weights), len(grouping.names))
            for margins in scores.margins[:, tuning]
        ]

    def _in_draws(
        self, scores: Scores, held_out: HeldOut, grouping: Grouping, uniform: Float[Array, " row"]
    ) -> Cuts | None:
        """The thresholds of every draw; None where the model is not refitted in draws either."""
        if scores.refits is None:
            return None
        favourable = held_out.labels == held_out.favourable
        return cuts_of_thresholds(
            self,
            scores.refits,
            favourable,
            grouping.codes,
            len(grouping.names),
            held_out.tuning,
            held_out.weights,
            uniform,
        )


def cuts_of_thresholds(
    layer: ThresholdIntervention,
    refits: Refits,
    favourable: Bool[Array, " row"],
    groups: Int[Array, " row"],
    count: int,
    tuning: Int[Array, " some"],
    weights: Float[Array, "draw row"],
    uniform: Float[Array, " row"],
) -> Cuts:
    """The thresholds of `count` groups, fitted on the tuning rows with the weights of each draw, on top of its refit.

    `groups` holds codes from 0 to count - 1, and -1 where the group is missing: such a row is decided at the refitted
    zero. `uniform` is the number between 0 and 1 of a row, for thresholds that leave something to chance.

    Example:
        >>> from interplay.interventions.group_thresholds import GroupThresholds
        >>> from interplay.exhibits import refitted_odds
        >>> margins, labels = np.array([[3.0, 1.0, -1.0, -3.0]]), np.array([True, True, False, False])
        >>> weights, rows = np.ones((1, 4)), np.arange(4)
        >>> refits = refitted_odds(margins, labels, rows, weights)
        >>> groups = np.array([0, 0, 1, 1])
        >>> cuts_of_thresholds(GroupThresholds(), refits, labels, groups, 2, rows, weights, np.zeros(4)).low.tolist()
        [[[2.0, -2.0, -0.0]]]

    Does not show: how thresholds would move if the model were trained anew.
    """
    drawn, fitting = weights[:, tuning], np.ones(len(tuning))
    fits = [
        layer.thresholds_in_draws(
            FittingRows(margins, favourable[tuning], groups[tuning], fitting), drawn, scale, shift, count
        )
        for margins, scale, shift in zip(refits.margins[:, tuning], refits.scale, refits.shift, strict=True)
    ]
    zeros = refits.zeros[..., None]
    low = np.concatenate([np.stack([fit.low for fit in fits]), zeros], axis=2)
    fixed = all(fit.low is fit.high for fit in fits)
    high = low if fixed else np.concatenate([np.stack([fit.high for fit in fits]), zeros], axis=2)
    chance = np.concatenate([np.stack([fit.chance for fit in fits]), np.ones_like(zeros)], axis=2)
    return Cuts(refits.margins, low, high, chance, groups, uniform)


def _mean(values: Sequence[float | NotMeasurable]) -> dict[str, Any]:
    numbers = [value for value in values if not isinstance(value, NotMeasurable)]
    reason = next((value.reason for value in values if isinstance(value, NotMeasurable)), None)
    return {"attained": float(np.mean(numbers)) if numbers else None, "reason": reason}
