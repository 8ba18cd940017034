"""What simulated members decide once their scores are refitted and thresholds are set, as an audit does it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Cuts, Refits
from interplay.evidence import Attacked, Predictions
from interplay.exhibits import cuts_of_refits, refitted_odds
from interplay.interventions import FittingRows, ThresholdIntervention, Thresholds, cuts_of_thresholds
from interplay.testing.simulation.latents import SIZES, TUNING, Latents
from interplay.training.refit import refit

Rule = Literal["refit"] | ThresholdIntervention | None


@dataclass(frozen=True, eq=False)
class Fitted:
    """The refitted log-odds of the favourable label, the cuts they are decided at, and those of every draw.

    `scale` and `shift` are those of every member's refit, of whatever margins.
    """

    margins: Float[Array, "member row"]
    cuts: Float[Array, "member row"]
    scale: Float[Array, " member"]
    shift: Float[Array, " member"]
    refits: Refits | None = None
    in_draws: Cuts | None = None

    @property
    def predictions(self) -> Predictions:
        """The decisions on every row."""
        decisions = (self.margins >= self.cuts).astype(np.int64)
        return Predictions(both(self.margins), decisions, self.in_draws, self.refits)

    def attacked(self, rows: Int[Array, " attacked"], margins: Float[Array, "member attacked"]) -> Attacked:
        """The decisions where an attack left rows with these margins, before the refit."""
        moved = self.scale[:, None] * margins + self.shift[:, None]
        decisions = (moved >= self.cuts[:, rows]).astype(np.int64)
        in_draws = None if self.in_draws is None else self.in_draws.moved(rows, moved)
        return Attacked(rows, decisions, both(moved), 0.5, 20, in_draws)


def fitted(
    rule: Rule, latents: Latents, margins: Float[Array, "member row"], groups: Int[Array, " row"], fewer: int
) -> Fitted:
    """The rule fitted on the tuning rows; with `fewer` on rows of each member's own, as many as go with so many rows."""
    members = len(margins)
    if rule is None:
        return Fitted(margins, np.zeros(margins.shape), np.ones(members), np.zeros(members))
    favourable, tuning = latents.labels == 1, np.flatnonzero(latents.part == TUNING)
    own = _own(latents, tuning, members, fewer) if fewer else [tuning] * members
    scale, shift = np.array([_refit(margin[at], favourable[at]) for margin, at in zip(margins, own, strict=True)]).T
    odds = scale[:, None] * margins + shift[:, None]
    cuts = np.zeros(odds.shape)
    if rule != "refit":
        fits = [_thresholds(rule, odd, favourable, groups, at) for odd, at in zip(odds, own, strict=True)]
        cuts = np.stack([fit.of_rows(groups, latents.uniform("thresholds")) for fit in fits])
    if fewer:
        return Fitted(odds, cuts, scale, shift)
    refits = refitted_odds(odds, favourable, tuning, latents.weights)
    if rule == "refit":
        return Fitted(odds, cuts, scale, shift, refits, cuts_of_refits(refits, 1))
    count, uniform = int(groups.max()) + 1, latents.uniform("thresholds")
    in_draws = cuts_of_thresholds(rule, refits, favourable, groups, count, tuning, latents.weights, uniform)
    return Fitted(odds, cuts, scale, shift, refits, in_draws)


def _own(latents: Latents, tuning: Int[Array, " some"], members: int, fewer: int) -> list[Int[Array, " few"]]:
    """Tuning rows of every member's own."""
    random, few = np.random.default_rng(latents.seed), min(int(SIZES[TUNING] * fewer), len(tuning))
    return [np.sort(random.permutation(tuning)[:few]) for _ in range(members)]


def _refit(margins: Float[Array, " some"], favourable: Bool[Array, " some"]) -> tuple[float, float]:
    fit = refit(np.stack([np.zeros(len(margins)), margins], axis=1), favourable.astype(np.int64))
    if fit is None:
        raise ValueError("simulated margins are finite")
    return fit.scale, float(fit.intercepts[1])


def _thresholds(
    rule: ThresholdIntervention,
    odds: Float[Array, " row"],
    favourable: Bool[Array, " row"],
    groups: Int[Array, " row"],
    at: Int[Array, " some"],
) -> Thresholds:
    rows = FittingRows(odds[at], favourable[at], groups[at], np.ones(len(at)))
    return rule.thresholds(rows, int(groups.max()) + 1)


def both(margins: Float[Array, "member row"]) -> Float[Array, "member row label"]:
    """The log-probabilities of both labels."""
    return np.stack([special.log_expit(-margins), special.log_expit(margins)], axis=2)
