"""Shapley values: what each feature adds to an output, on average over the orders in which features become known."""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.surrogates import Surrogates, default_width

AT_ONCE = 4_000
"""Mixed rows that models are asked about at once."""


def shapley_values(
    outputs: Outputs, own: Points, background: Points, draws: int, random: np.random.Generator
) -> Surrogates:
    """Sampled Shapley values of every feature, with unknown features taken from background rows.

    coefficient[j] = mean over draws and orders of output(j and all before it from x) - output(all before it from x)
    intercept = mean output at all background rows

    For each of `draws` background rows features become known in a random order, and in the opposite one. Background rows that
    have the row's own value of a feature, where it adds nothing, count by their share in all of the background. What coefficients
    and intercept then lack of the output at the row goes to the coefficients by their variance over draws, so that they add
    up to it exactly (efficiency).

    Reference: Shapley (1953); Strumbelj and Kononenko (2014), Algorithm 1; Mitchell et al. (2022) for opposite orders.

    Example:
        >>> from interplay.explainers.linear import LinearModels
        >>> line = LinearModels(np.array([[1.0, -1.0]]), np.zeros(1))
        >>> row = Points(np.zeros((1, 2), dtype=int), np.array([[1.0, 1.0]]), (slice(0, 1), slice(1, 2)))
        >>> average = Points(np.zeros((1, 2), dtype=int), np.zeros((1, 2)), row.spans)
        >>> parts = shapley_values(line, row, average, 1, np.random.default_rng(0))
        >>> parts.coefficients.round(3).tolist(), parts.values.round(3).tolist()
        ([[[0.231, -0.231]]], [[0.5]])

    Does not show: a causal effect; features are replaced one by one, so outputs are asked of rows that no person has.
    """
    rows = background.columns[random.integers(0, len(background), draws)]
    added, start = [], []
    for row in rows:
        order = random.permutation(len(own.spans))
        for way in (order, order[::-1]):
            path = _along(outputs, own, row, way)
            added.append(np.diff(path, axis=2)[:, :, np.argsort(way)])
            start.append(path[:, :, 0])
    level = outputs.values(background).mean(axis=1, keepdims=True)
    parts = np.mean(added, axis=0) * _stratified(own, background.columns, rows)
    beyond = outputs.values(own) - level - parts.sum(axis=2)
    spread = np.var(added, axis=0) + np.finfo(np.float64).tiny
    coefficients = parts + beyond[:, :, None] * spread / spread.sum(axis=2, keepdims=True)
    intercepts = np.repeat(level, len(own), axis=1)
    reading = _read(coefficients, intercepts, (own.bins[:, None] == background.bins).mean(axis=1))
    return Surrogates(coefficients, intercepts, reading.kernel_width, reading=reading)


def _stratified(
    own: Points, background: Float[Array, "sample column"], drawn: Float[Array, "draw column"]
) -> Float[Array, "row feature"]:
    """The share of the background that differs from a row in each feature, over that of the rows drawn.

    A background row with the same value adds nothing: a rare value is in few of the rows drawn, or in too many.
    """
    wanted, got = _differing(own, background), _differing(own, drawn)
    return np.where(got > 0, wanted / np.where(got > 0, got, 1.0), 1.0)


def _differing(own: Points, rows: Float[Array, "some column"]) -> Float[Array, "row feature"]:
    return np.stack(
        [(own.columns[:, None, span] != rows[:, span]).any(axis=2).mean(axis=1) for span in own.spans], axis=1
    )


def _read(
    values: Float[Array, "output row feature"], level: Float[Array, "output row"], share: Float[Array, "row feature"]
) -> Surrogates:
    """The local model that Shapley values imply: a part of mean zero over the background, which is the value in the row's bin.

    So it is - value * share / (1 - share) in all other bins, where `share` of the background lies in the row's.
    """
    varies = share < 1
    apart = np.where(varies, values / np.where(varies, 1 - share, 1.0), 0.0)
    intercepts = level + (values - apart).sum(axis=2)
    return Surrogates(apart, intercepts, default_width(share.shape[1]))


def _along(
    outputs: Outputs, own: Points, background: Float[Array, " column"], order: Int[Array, " feature"]
) -> Float[Array, "output row known"]:
    """The outputs where no feature is known, then the first of the order, and so on to all."""
    known = _known(own, order)
    size = max(1, AT_ONCE // len(known))
    parts = []
    for at in range(0, len(own), size):
        rows = own.columns[at : at + size, None]
        mixed = np.where(known, rows, background).reshape(-1, known.shape[1])
        asked = outputs.at(mixed)
        parts.append(asked.reshape(len(asked), -1, len(known)))
    return np.concatenate(parts, axis=1)


def _known(own: Points, order: Int[Array, " feature"]) -> Bool[Array, "known column"]:
    """Which columns are known after each feature."""
    known = np.zeros((len(order) + 1, own.columns.shape[1]), dtype=bool)
    for place, feature in enumerate(order):
        known[place + 1 :, own.spans[feature]] = True
    return known
