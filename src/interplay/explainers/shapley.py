"""Shapley values: what each feature adds to an output, on average over the orders in which features become known."""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.surrogates import Surrogates, default_width

AT_ONCE = 4_000
"""Mixed rows that models are asked about at once."""


def shapley_values(
    outputs: Outputs, own: Points, background: Float[Array, "draw column"], random: np.random.Generator
) -> Surrogates:
    """Sampled Shapley values of every feature, with unknown features taken from background rows.

    coefficient[j] = mean over draws and orders of output(j and all before it from x) - output(all before it from x)
    intercept = mean output at the background rows

    For every background row (`draw`) features become known in a random order, and in the opposite one. Coefficients and
    intercept add up to the output at the row exactly (efficiency).

    Reference: Shapley (1953); Strumbelj and Kononenko (2014), Algorithm 1; Mitchell et al. (2022) for opposite orders.

    Example:
        >>> from interplay.explainers.linear import LinearModels
        >>> line = LinearModels(np.array([[1.0, -1.0]]), np.zeros(1))
        >>> row = Points(np.zeros((1, 2), dtype=int), np.array([[1.0, 1.0]]), (slice(0, 1), slice(1, 2)))
        >>> parts = shapley_values(line, row, np.zeros((1, 2)), np.random.default_rng(0))
        >>> parts.coefficients.round(3).tolist(), parts.values.round(3).tolist()
        ([[[0.231, -0.231]]], [[0.5]])

    Does not show: a causal effect; features are replaced one by one, so outputs are asked of rows that no person has.
    """
    features = len(own.spans)
    added, start = [], []
    for row in background:
        order = random.permutation(features)
        for way in (order, order[::-1]):
            path = _along(outputs, own, row, way)
            added.append(np.diff(path, axis=2)[:, :, np.argsort(way)])
            start.append(path[:, :, 0])
    return Surrogates(np.mean(added, axis=0), np.mean(start, axis=0), default_width(features))


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
