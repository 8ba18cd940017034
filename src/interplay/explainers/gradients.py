"""Explanations by gradients: how an output changes on the way from the average row to the row explained."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.explainers.outputs import Outputs, Points
from interplay.explainers.surrogates import Surrogates, default_width

AT_ONCE = 500
"""Points of paths that models are asked about at once."""


def integrated_gradients(outputs: Outputs, own: Points, baseline: Float[Array, " column"], steps: int) -> Surrogates:
    """The part that each feature has in how far an output lies from that at a baseline.

    coefficient[j] = sum over the columns of feature j of
        (x - baseline) * integral over t from 0 to 1 of d output / d column at baseline + t * (x - baseline)
    intercept = output at the baseline

    by Gauss-Legendre quadrature with `steps` points. Coefficients and intercept add up to the output at the row
    (completeness) but for the error of the quadrature.

    Raises NotImplementedError where outputs have no gradient.

    Reference: Sundararajan et al. (2017), Eq. 1 and Proposition 1.

    Example:
        >>> from interplay.explainers.linear import LinearModels
        >>> line = LinearModels(np.array([[1.0, -1.0]]), np.zeros(1))
        >>> row = Points(np.zeros((1, 2), dtype=int), np.array([[2.0, 1.0]]), (slice(0, 1), slice(1, 2)))
        >>> parts = integrated_gradients(line, row, np.zeros(2), 16)
        >>> parts.coefficients.round(3).tolist(), parts.values.round(3).tolist(), line.at(row.columns).round(3).tolist()
        ([[[0.462, -0.231]]], [[0.731]], [[0.731]])

    Does not show: what would happen if a column changed; on the way from the baseline lie rows that no person has.
    """
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    shares, weights = (nodes + 1) / 2, weights / 2
    away = own.columns - baseline
    mean = np.concatenate(
        [_mean_gradient(outputs, baseline, part, shares, weights) for part in _parts(away, steps)], axis=1
    )
    coefficients = _by_feature(mean * away, own)
    start = np.repeat(outputs.at(baseline[None]), len(own), axis=1)
    return Surrogates(coefficients, start, default_width(len(own.spans)), mean)


def gradient_times_input(outputs: Outputs, own: Points, baseline: Float[Array, " column"]) -> Surrogates:
    """What the line that touches an output at the row says of each feature.

    coefficient[j] = sum over the columns of feature j of (x - baseline) * d output / d column at x
    intercept = output at x - sum of the coefficients

    Raises NotImplementedError where outputs have no gradient.

    Reference: Shrikumar et al. (2017), section 2 (gradient * input).

    Example:
        >>> from interplay.explainers.linear import LinearModels
        >>> line = LinearModels(np.array([[1.0, -1.0]]), np.zeros(1))
        >>> row = Points(np.zeros((1, 2), dtype=int), np.array([[1.0, 1.0]]), (slice(0, 1), slice(1, 2)))
        >>> gradient_times_input(line, row, np.zeros(2)).coefficients.tolist()
        [[[0.25, -0.25]]]

    Does not show: anything away from the row; where a score is near 0 or 1 its gradient is small, whatever decides it.
    """
    away = own.columns - baseline
    slopes = np.concatenate([outputs.gradients(part + baseline) for part in _parts(away, 1)], axis=1)
    coefficients = _by_feature(slopes * away, own)
    start = outputs.values(own) - coefficients.sum(axis=2)
    return Surrogates(coefficients, start, default_width(len(own.spans)), slopes)


def _mean_gradient(
    outputs: Outputs,
    baseline: Float[Array, " column"],
    away: Float[Array, "row column"],
    shares: Float[Array, " step"],
    weights: Float[Array, " step"],
) -> Float[Array, "output row column"]:
    path = baseline + shares[:, None, None] * away
    gradients = outputs.gradients(path.reshape(-1, path.shape[2]))
    by_step = gradients.reshape(len(gradients), *path.shape)
    return np.einsum("osrc,s->orc", by_step, weights)


def _parts(away: Float[Array, "row column"], steps: int) -> list[Float[Array, "some column"]]:
    size = max(1, AT_ONCE // steps)
    return [away[start : start + size] for start in range(0, len(away), size)]


def _by_feature(by_column: Float[Array, "output row column"], own: Points) -> Float[Array, "output row feature"]:
    return np.stack([by_column[:, :, span].sum(axis=2) for span in own.spans], axis=2)
