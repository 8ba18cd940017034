"""The likelihood-ratio membership attack on several signals at once, with few shadow models: what rows have in common counts."""

from dataclasses import dataclass, replace

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.lira import SMALLEST_VARIANCE, LiraScores, standardised

BEYOND_NOISE = 1.5
"""How many times its sampling noise a direction has to vary over rows before it counts as varying at all."""


def scores(signals: Float[Array, "member row signal"], inside: Bool[Array, "member row"]) -> LiraScores:
    """The log-likelihood ratio of "trained on this row", with the gap of every row shrunk towards that of all rows.

    x[k] = middle + s[k] * gap / 2 + noise,  s = 1 inside and -1 outside,  noise ~ N(0, C[s])
    gap ~ N(mean gap, T) over rows

    score = log N(x - mean; c[1] * G, C[1] + C / n + c[1]**2 * V) - log N(x - mean; c[0] * G, C[0] + C / n + c[0]**2 *
    V)

    G and V are the posterior mean and covariance of a row's gap given its n shadows (all other members), `mean` is that
    of the row's shadows, and c = ((1 - r) / 2, (-1 - r) / 2) with r = (shadows inside - shadows outside) / n. C, T and
    the mean gap are pooled over rows. With about seven shadows a side, a row's own means carry so much noise that every
    further signal makes the attack with a gap for every row weaker (`lira.scores`); here a signal that says nothing is
    shrunk to nothing. Directions whose gap varies over rows by less than 1.5 times its sampling noise have T = 0.

    `signals` (member, row, signal) are in any unit. A row is scored for a target when it has a shadow on both sides;
    signals that are not finite are left out. Scores are standardised for every target, so that those of all members
    may be pooled. More than three or four heavy-tailed signals need more shadows than there are.

    Reference: Efron and Morris (1973) for the shrinkage; Carlini et al. (2022) for the ratio; together our own.

    Example:
        >>> chance = np.random.default_rng(0)
        >>> inside = chance.random((16, 300)) < 0.5
        >>> signals = np.stack([chance.normal(size=(16, 300)) + inside, chance.normal(size=(16, 300))], axis=2)
        >>> found = scores(signals, inside)
        >>> bool(found.scores[inside].mean() > 0.3), bool(found.scored.all())
        (True, True)

    Does not show: what a stronger attack finds; rows with a gap unlike that of all others are seen less.
    """
    usable: Bool[Array, "member row"] = np.asarray(np.isfinite(signals).all(axis=2))
    known = np.where(usable[..., None], signals, 0.0)
    ratios, scored = np.zeros(usable.shape), np.zeros(usable.shape, dtype=bool)
    for target in range(len(known)):
        shadows = np.arange(len(known)) != target
        sides = [_Side.of(known[shadows], (usable & side)[shadows]) for side in (inside, ~inside)]
        rows = usable[target] & (sides[0].count > 0) & (sides[1].count > 0)
        if rows.any() and any(side.freedom for side in sides):
            ratios[target, rows] = _ratios(known[target, rows], *(side.at(rows) for side in sides))
            scored[target] = rows
    return standardised(LiraScores(ratios, scored))


def alone(signal: Float[Array, "member row"], inside: Bool[Array, "member row"]) -> LiraScores:
    """The same of a single signal (member, row).

    Example:
        >>> bool(alone(np.ones((4, 3)), np.arange(12).reshape(4, 3) % 2 == 0).scores.any())
        False
    """
    return scores(signal[..., None], inside)


@dataclass(frozen=True, eq=False)
class _Side:
    """What the shadows on one side say of every row: how many there are, their means, and what is pooled over rows."""

    count: Int[Array, " row"]
    mean: Float[Array, "row signal"]
    squares: Float[Array, "signal signal"]
    freedom: int

    @classmethod
    def of(cls, signals: Float[Array, "shadow row signal"], counted: Bool[Array, "shadow row"]) -> "_Side":
        """From the shadows that count for each row."""
        count = counted.sum(axis=0)
        mean = np.where(counted[..., None], signals, 0.0).sum(axis=0) / np.maximum(count, 1)[:, None]
        apart = np.where(counted[..., None], signals - mean, 0.0)
        return cls(count, mean, np.einsum("kri,krj->ij", apart, apart), int(np.maximum(count - 1, 0).sum()))

    def at(self, rows: Bool[Array, " row"]) -> "_Side":
        """The same for some rows; what is pooled stays that of all."""
        return replace(self, count=self.count[rows], mean=self.mean[rows])


def _ratios(target: Float[Array, "row signal"], within: _Side, without: _Side) -> Float[Array, " row"]:
    floor = SMALLEST_VARIANCE * np.eye(target.shape[1])
    freedom = within.freedom + without.freedom
    pooled = (within.squares + without.squares) / freedom + floor
    inner, outer = (side.squares / side.freedom + floor if side.freedom else pooled for side in (within, without))
    n1, n0 = within.count, without.count
    total, balance = n1 + n0, ((n1 - n0) / (n1 + n0))[:, None]
    gaps = within.mean - without.mean
    noise = inner / n1[:, None, None] + outer / n0[:, None, None]
    middle, varying = _of_all_rows(gaps, noise, pooled)
    kept = varying @ np.linalg.inv(varying + noise)
    gap = middle + np.einsum("rij,rj->ri", kept, gaps - middle)
    left = varying - kept @ varying
    mean = (within.mean * n1[:, None] + without.mean * n0[:, None]) / total[:, None]
    of_mean, ratio = pooled / total[:, None, None], np.zeros(len(target))
    for sign, own in ((1.0, inner), (-1.0, outer)):
        share = (sign - balance) / 2
        spread = own + of_mean + share[..., None] ** 2 * left
        ratio += sign * _log_normal(target - mean - share * gap, spread)
    return ratio


def _of_all_rows(
    gaps: Float[Array, "row signal"], noise: Float[Array, "row signal signal"], pooled: Float[Array, "signal signal"]
) -> tuple[Float[Array, " signal"], Float[Array, "signal signal"]]:
    """The mean gap and how gaps truly vary over rows, both zero where they do not stand out of the noise."""
    rows, signals = gaps.shape
    root = np.linalg.cholesky(pooled)
    unit = np.linalg.solve(root, gaps.T).T
    inverse = np.linalg.inv(root)
    expected = inverse @ noise.mean(axis=0) @ inverse.T
    mean = unit.mean(axis=0)
    apart = unit - mean
    found = apart.T @ apart / max(rows - 1, 1)
    values, directions = np.linalg.eigh(found - expected)
    level = float(np.trace(expected)) / signals
    least = BEYOND_NOISE * level * (2 * np.sqrt(signals / rows) + signals / rows)
    true = (directions * np.where(values > least, values, 0.0)) @ directions.T
    stands_out = mean**2 > np.diag(found) / rows
    return root @ np.where(stands_out, mean, 0.0), root @ true @ root.T


def _log_normal(apart: Float[Array, "row signal"], spread: Float[Array, "row signal signal"]) -> Float[Array, " row"]:
    """The log density of normal distributions around zero, without the constant that cancels in a ratio."""
    solved = np.linalg.solve(spread, apart[..., None])[..., 0]
    return np.asarray(-0.5 * (np.linalg.slogdet(spread)[1] + (apart * solved).sum(axis=1)))
