"""Scale and intercepts of class scores, refitted on held-out rows: what rates are chosen by and decisions are taken with."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from interplay.arrays import Array, Bool, Float, Int

SMALLEST_SCALE = 1e-3
"""Of standardised scores: a refit never turns the order of the scores round."""


_STEPS = 60
"""Newton's method from the fit to unit weights takes about five."""
_CLOSE = 1e-5
"""A step this short: the error left is about its square."""
_RIDGE = 1e-9
"""Keeps a curve that is flat from being divided by."""
_AT_ONCE = 50_000
"""Numbers in one block of draws and rows: as many as stay near the processor."""


@dataclass(frozen=True, eq=False)
class Refit:
    """scale * scores + intercepts, with the first intercept zero; `scale` is above 0."""

    scale: float
    intercepts: Float[Array, " label"]

    def __call__(self, scores: Float[Array, "*any label"]) -> Float[Array, "*any label"]:
        """The refitted class scores."""
        return np.asarray(self.scale * scores + self.intercepts)

    def log_loss(
        self, scores: Float[Array, "row label"], labels: Int[Array, " row"], weights: Float[Array, " row"] | None = None
    ) -> float:
        """The mean log loss of the refitted scores, in nats."""
        logs = np.take_along_axis(log_softmax(self(scores), axis=1), labels[:, None], axis=1)[:, 0]
        return float(-np.average(logs, weights=weights))


def refit(
    scores: Float[Array, "row label"], labels: Int[Array, " row"], weights: Float[Array, " row"] | None = None
) -> Refit | None:
    """The scale and the intercepts with the smallest log loss against smoothed labels; None when a score is not finite.

    argmin over scale > 0 and intercepts of mean over rows of -sum over labels of target * log softmax(scale * scores +
    intercepts), target = (n + 1) / (n + classes) for a row's own label, of which there are n rows, and 1 / (n +
    classes) for every other label

    `scores` are class scores (row, label) of rows that the model did not train on. The targets keep the fit finite
    where few rows separate the labels perfectly. With two labels these are the two numbers of Platt's method. With
    `weights` means and counts are weighted.

    Reference: Platt (1999), "Probabilistic outputs for support vector machines", section 2.2 for the targets.

    Example:
        >>> approves_all = np.array([[0.0, 3.0], [0.0, 2.9], [0.0, 1.1], [0.0, 1.0]])
        >>> fitted = refit(approves_all, np.array([1, 1, 0, 0]))
        >>> fitted(approves_all).argmax(axis=1).tolist()
        [1, 1, 0, 0]

    Does not show: that the scores rank rows well; a refit changes no ranking.
    """
    if not bool(np.isfinite(scores).all()):
        return None
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread, classes = float(centred.std()) or 1.0, scores.shape[1]
    unit, targets = centred / spread, _targets(labels, classes, weights)
    share = np.full(len(labels), 1 / len(labels)) if weights is None else weights / weights.sum()

    def loss(fit: Float[Array, " parameter"]) -> tuple[float, Float[Array, " parameter"]]:
        logs = log_softmax(fit[0] * unit + np.append(0.0, fit[1:]), axis=1)
        slope = (np.exp(logs) - targets) * share[:, None]
        return float(-((targets * logs).sum(axis=1) @ share)), np.append((slope * unit).sum(), slope[:, 1:].sum(axis=0))

    start = np.append(min(spread, 10.0), np.zeros(classes - 1))
    bounds = [(SMALLEST_SCALE, None), *[(None, None)] * (classes - 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Refit(float(found[0]) / spread, np.append(0.0, found[1:]))


def _targets(
    labels: Int[Array, " row"], classes: int, weights: Float[Array, " row"] | None = None
) -> Float[Array, "row label"]:
    """Smoothed labels: every row is a little of each other label."""
    total = np.bincount(labels, weights, minlength=classes)[labels][:, None] + classes
    targets = np.repeat(1.0 / total, classes, axis=1)
    targets[np.arange(len(labels)), labels] += (total[:, 0] - classes) / total[:, 0]
    return np.asarray(targets)


def refits_in_draws(
    margins: Float[Array, " row"], favourable: Bool[Array, " row"], weights: Float[Array, "draw row"]
) -> tuple[Float[Array, " draw"], Float[Array, " draw"]]:
    """The refit of two class scores with the row weights of every draw: `scale` and `shift` of the log-odds.

    argmin over scale > 0 and shift of sum over rows of -weight * [target * log p + (1 - target) * log (1 - p)],
    log-odds of p = scale * margin + shift, target = (n + 1) / (n + 2) for a favourable label, where the weights of such
    rows add up to n, and 1 / (n + 2) for the other label

    This is `refit` on rows that are repeated as often as their weights say. `margins` are log-odds of the favourable
    label, near their best fit at equal weights; then 1 and 0 are near for every draw. Margins of which one is not finite
    are kept as they are in every draw, and so are all where there is no row.

    Reference: Platt (1999), "Probabilistic outputs for support vector machines", section 2.2; Rubin (1981) for weights.

    Example:
        >>> margins, favourable = np.array([2.0, 1.0, -1.0, -2.0]), np.array([True, False, True, False])
        >>> scale, shift = refits_in_draws(margins, favourable, np.array([[1.0, 1, 1, 1], [1, 1, 3, 1]]))
        >>> bool(abs(shift[0]) < 1e-9), bool(shift[1] > 0.1)
        (True, True)

    Does not show: the noise of the training itself; the network stays as it is.
    """
    if not (len(weights) and len(margins) and bool(np.isfinite(margins).all())):
        return np.ones(len(weights)), np.zeros(len(weights))
    middle, spread = float(margins.mean()), float(margins.std()) if np.ptp(margins) > 0 else 0.0
    unit = (margins - middle) / (spread or 1.0)
    at_once = max(1, _AT_ONCE // len(margins))
    blocks = [weights[first : first + at_once] for first in range(0, len(weights), at_once)]
    fit = np.concatenate([_bounded(unit, favourable, drawn, (spread, middle)) for drawn in blocks])
    scale = fit[:, 0] / spread if spread > 0 else np.ones(len(weights))
    return scale, fit[:, 1] - scale * middle


def _bounded(
    unit: Float[Array, " row"],
    favourable: Bool[Array, " row"],
    weights: Float[Array, "draw row"],
    first: tuple[float, float],
) -> Float[Array, "draw two"]:
    """Slope and intercept on standardised margins in every draw; a slope that would turn the order round is the lowest."""
    targets, start = _targets_in_draws(favourable, weights), np.tile(first, (len(weights), 1))
    fit = _newton(unit, targets, weights, start, np.full(len(weights), first[0] > 0))
    start[:, 0] = min(2 * SMALLEST_SCALE, first[0])
    if (turned := fit[:, 0] < start[:, 0]).any():
        fit[turned] = _newton(unit, targets[turned], weights[turned], start[turned], np.zeros(turned.sum(), dtype=bool))
    return fit


def _targets_in_draws(favourable: Bool[Array, " row"], weights: Float[Array, "draw row"]) -> Float[Array, "draw row"]:
    counted, others = weights @ favourable, weights @ ~favourable
    return np.where(favourable, ((counted + 1) / (counted + 2))[:, None], (1 / (others + 2))[:, None])


def _newton(
    unit: Float[Array, " row"],
    targets: Float[Array, "draw row"],
    weights: Float[Array, "draw row"],
    start: Float[Array, "draw two"],
    slopes: Bool[Array, " draw"],
) -> Float[Array, "draw two"]:
    """Slope and intercept on standardised margins in every draw; only intercepts where `slopes` is false.

    A step that makes a draw's loss larger is halved, until it does not.
    """
    fit, last, least = start.copy(), start.copy(), np.full(len(start), np.inf)
    left = np.arange(len(start))
    for _ in range(_STEPS):
        loss, step = _step(unit, targets[left], weights[left], fit[left], slopes[left])
        better = loss <= least[left] + 1e-12 * np.abs(loss)
        good, bad = left[better], left[~better]
        least[good], last[good] = loss[better], fit[good]
        fit[good] = fit[good] + step[better]
        fit[bad] = (fit[bad] + last[bad]) / 2
        left = np.concatenate([bad, good[np.abs(step[better]).max(axis=1) > _CLOSE]])
        if not len(left):
            break
    return fit


def _step(
    unit: Float[Array, " row"],
    targets: Float[Array, "draw row"],
    weights: Float[Array, "draw row"],
    fit: Float[Array, "draw two"],
    slopes: Bool[Array, " draw"],
) -> tuple[Float[Array, " draw"], Float[Array, "draw two"]]:
    """The loss of every draw and the Newton step from there."""
    odds = fit[:, :1] * unit + fit[:, 1:]
    small = np.exp(-np.abs(odds))
    loss = np.einsum("dr,dr->d", weights, np.maximum(odds, 0.0) + np.log(1.0 + small) - targets * odds)
    share = np.where(odds > 0, 1.0, small) / (1.0 + small)
    away, curve = weights * (share - targets), weights * share * (1.0 - share)
    down, across = (-np.stack([away @ unit, away.sum(axis=1)])), np.stack([curve @ unit**2, curve @ unit])
    ahead = curve.sum(axis=1) + _RIDGE
    down[0], across = np.where(slopes, down[0], 0.0), np.where(slopes, across, [[1.0], [0.0]])
    across[0] += _RIDGE
    determinant = across[0] * ahead - across[1] ** 2
    step = np.stack([ahead * down[0] - across[1] * down[1], across[0] * down[1] - across[1] * down[0]])
    return loss, (step / determinant).T
