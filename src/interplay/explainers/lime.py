"""LIME for tables: local linear explanations of many models on many rows from one pool of perturbed rows.

The perturbed rows do not depend on the row explained. So each model scores one pool once, and all models share one
weighted Gram matrix per explained row; see `moments`.
"""

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.explainers.moments import Moments, moments
from interplay.explainers.surrogates import Surrogates, around_mean, check, default_width, predicted

SELECTION_PENALTY = 0.01
PENALTY = 1.0


def explain(
    points: Int[Array, "point feature"],
    pool_codes: Int[Array, "sample feature"],
    scores: Float[Array, "model sample"],
    features: int = 10,
    kernel_width: float | None = None,
    point_scores: Float[Array, "model point"] | None = None,
) -> Surrogates:
    """Explain every model's score on every point by a weighted ridge regression on the pool.

    z[j] = 1 where a sample has the point's bin in feature j, else 0
    weight = sqrt(exp(-(number of features with z = 0) / kernel_width ** 2))
    coefficients = argmin of sum of weight * (score - intercept - z . coefficients) ** 2 + penalty * |coefficients| ** 2

    First with penalty 0.01 on all features; the `features` largest in absolute value are kept and fitted again with
    penalty 1. The intercept is not penalised. `kernel_width` None means 0.75 * sqrt(number of features). `scores` are
    the probabilities of one class, between 0 and 1, that the models give the samples. `point_scores`, the same for the
    points themselves, make each point one more sample of weight 1, as the authors' software does.

    Raises InterplayError where sizes do not match, a score is not finite, or no sample has any weight.

    Reference: Ribeiro et al. (2016), Eq. 1 and section 3.4; the settings are those of the authors' software for tables.

    Example:
        >>> pool = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 100)
        >>> score = 0.2 + 0.5 * (pool[:, 0] == 1) + 0.1 * (pool[:, 1] == 1)
        >>> found = explain(np.array([[1, 1]]), pool, score[None])
        >>> found.coefficients.round(2).tolist(), found.intercepts.round(2).tolist()
        ([[[0.49, 0.1]]], [[0.21]])

    Does not show: a causal effect. Features are perturbed one by one, so the surrogate also averages over rows that no
    person has, and at this kernel width it describes the model rather widely around the point.
    """
    check(points, pool_codes, scores)
    width = default_width(points.shape[1]) if kernel_width is None else kernel_width
    centred, centre = around_mean(scores)
    own = None if point_scores is None else point_scores.T - centre
    coefficients = np.zeros((len(scores), *points.shape))
    intercepts = np.zeros((len(scores), len(points)))
    for place, found in moments(points, pool_codes, centred, width, own):
        fitted = _refit(found, _select(found, features))
        coefficients[:, place] = fitted.transpose(1, 0, 2)
        intercepts[:, place] = (centre + found.score_means - predicted(fitted, found.means[:, None])).T
    return Surrogates(coefficients, intercepts, width)


def _select(found: Moments, features: int) -> Int[Array, "point model selected"]:
    """The features with the largest coefficients of a lightly penalised fit; the first wins a tie."""
    penalised = found.gram + SELECTION_PENALTY * np.eye(found.gram.shape[1])
    sizes = np.abs(np.linalg.solve(penalised, found.cross)).transpose(0, 2, 1)
    return np.argsort(-sizes, axis=2, kind="stable")[:, :, :features]


def _refit(found: Moments, chosen: Int[Array, "point model selected"]) -> Float[Array, "point model feature"]:
    place = np.arange(len(chosen))[:, None, None]
    gram = found.gram[place[..., None], chosen[..., :, None], chosen[..., None, :]] + PENALTY * np.eye(chosen.shape[2])
    cross = found.cross.transpose(0, 2, 1)
    coefficients = np.zeros(cross.shape)
    fitted = np.linalg.solve(gram, np.take_along_axis(cross, chosen, axis=2)[..., None])[..., 0]
    np.put_along_axis(coefficients, chosen, fitted, axis=2)
    return coefficients
