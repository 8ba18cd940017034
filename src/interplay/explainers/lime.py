"""LIME for tables: local linear explanations of many models on many rows from one pool of perturbed rows.

The perturbed rows do not depend on the row explained. So each model scores one pool once, and all models share one
weighted Gram matrix per explained row.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import InterplayError

SELECTION_PENALTY = 0.01
PENALTY = 1.0
SMALLEST_SPREAD = 1e-9
"""A score whose weighted standard deviation is at most this varies by rounding only: there is nothing to explain."""


@dataclass(frozen=True, eq=False)
class Surrogates:
    """Local linear models: score = intercept + sum over features of coefficient * [sample is in the point's bin].

    A coefficient of exactly zero belongs to a feature that was not selected, or whose bin the pool never varies.
    """

    coefficients: Float[Array, "model point feature"]
    intercepts: Float[Array, "model point"]
    kernel_width: float


@dataclass(frozen=True, eq=False)
class Fidelity:
    """How well surrogates hold: `r_squared`, at most 1, meaningful only where `defined`.

    It is not defined where the score is constant on the fresh samples; `r_squared` is then a placeholder.
    """

    r_squared: Float[Array, "model point"]
    defined: Bool[Array, "model point"]


@dataclass(frozen=True, eq=False)
class Agreement:
    """How alike two explanations of the same point are; both values are meaningful only where `defined`.

    `rank_correlation` is between -1 and 1; `top_changed` is 1 where the most important feature differs, else 0. They
    are not defined where one of the two ranks no feature above another (a constant score).
    """

    rank_correlation: Float[Array, "model point"]
    top_changed: Float[Array, "model point"]
    defined: Bool[Array, "model point"]


@dataclass(frozen=True, eq=False)
class _Moments:
    """Weighted second moments around the weighted means, of one point's binary features and every model's score."""

    gram: Float[Array, "feature feature"]
    cross: Float[Array, "feature model"]
    means: Float[Array, " feature"]
    score_means: Float[Array, " model"]


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
    _check(points, pool_codes, scores)
    width = 0.75 * float(np.sqrt(points.shape[1])) if kernel_width is None else kernel_width
    base = scores[:, 0].astype(np.float64)
    # Centred on a sample, so that a constant score has coefficients of exactly zero.
    centred = scores.T - base
    own = None if point_scores is None else (point_scores.T - base)
    coefficients = np.zeros((len(scores), *points.shape))
    intercepts = np.zeros((len(scores), len(points)))
    for place, (same, weights) in enumerate(_neighbourhoods(points, pool_codes, width)):
        moments = _moments(same, weights, centred, None if own is None else own[place])
        chosen = _select(moments, features)
        coefficients[:, place] = _refit(moments, chosen)
        intercepts[:, place] = base + moments.score_means - coefficients[:, place] @ moments.means
    return Surrogates(coefficients, intercepts, width)


def fidelity(
    surrogates: Surrogates,
    points: Int[Array, "point feature"],
    fresh_codes: Int[Array, "sample feature"],
    fresh_scores: Float[Array, "model sample"],
) -> Fidelity:
    """The weighted R2 of every surrogate on fresh samples, with the kernel it was fitted with.

    r_squared = 1 - sum of weight * (score - surrogate) ** 2 / sum of weight * (score - weighted mean score) ** 2

    `fresh_codes` must be another pool than the one the surrogates were fitted on. Higher is better; 1 is a perfect
    local line, 0 no better than a constant, and negative worse.

    Raises InterplayError as `explain` does.

    Reference: Ribeiro et al. (2016), section 3.2 (local fidelity).

    Example:
        >>> pool = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 1000)
        >>> score = 0.2 + 0.5 * (pool[:, :1] == 1).T
        >>> points = np.array([[1, 1]])
        >>> fidelity(explain(points, pool, score), points, pool, score).r_squared.round(3).tolist()
        [[1.0]]

    Does not show: that the explanation is right about rows people really have; the samples are those of the pool.
    """
    _check(points, fresh_codes, fresh_scores)
    # Centred first: the variance of a constant score is then exactly zero.
    base = fresh_scores[:, 0].astype(np.float64)
    centred = fresh_scores.T - base
    left = np.zeros(surrogates.intercepts.shape)
    total = np.zeros(surrogates.intercepts.shape)
    for place, (same, weights) in enumerate(_neighbourhoods(points, fresh_codes, surrogates.kernel_width)):
        share = weights / weights.sum()
        told = same @ surrogates.coefficients[:, place].T + (surrogates.intercepts[:, place] - base)
        left[:, place] = share @ (centred - told) ** 2
        total[:, place] = share @ (centred - share @ centred) ** 2
    defined = total > SMALLEST_SPREAD**2
    return Fidelity(np.where(defined, 1.0 - left / np.where(defined, total, 1.0), 0.0), defined)


def agreement(first: Surrogates, second: Surrogates) -> Agreement:
    """How alike the explanations of two perturbation pools are, for every model and point.

    rank_correlation = correlation of the ranks of |coefficient| (Spearman; ties share their average rank)

    over the features that at least one of the two uses: a feature neither uses says nothing, and counting it would let
    a table with many columns look stable. Higher rank correlation and lower `top_changed` are better.

    Reference: Zhang et al. (2019), on the sampling variance of LIME.

    Example:
        >>> one = Surrogates(np.array([[[0.5, -0.2, 0.1, 0.0]]]), np.zeros((1, 1)), 1.5)
        >>> two = Surrogates(np.array([[[-0.1, 0.2, 0.5, 0.0]]]), np.zeros((1, 1)), 1.5)
        >>> found = agreement(one, two)
        >>> found.rank_correlation.tolist(), found.top_changed.tolist()
        ([[-1.0]], [[1.0]])

    Does not show: that either explanation is faithful; two pools may agree on a poor explanation.
    """
    sizes = np.abs(first.coefficients), np.abs(second.coefficients)
    used = (sizes[0] > 0) | (sizes[1] > 0)
    ranks = [_centred_ranks(size, used) for size in sizes]
    spread = (ranks[0] ** 2).sum(axis=-1) * (ranks[1] ** 2).sum(axis=-1)
    defined = spread > 0
    correlation = (ranks[0] * ranks[1]).sum(axis=-1) / np.sqrt(np.where(defined, spread, 1.0))
    changed = sizes[0].argmax(axis=-1) != sizes[1].argmax(axis=-1)
    return Agreement(np.where(defined, correlation, 0.0), np.where(defined, changed, 0.0), defined)


def _neighbourhoods(
    points: Int[Array, "point feature"], codes: Int[Array, "sample feature"], kernel_width: float
) -> Iterator[tuple[Float[Array, "sample feature"], Float[Array, " sample"]]]:
    """For one point after the other, so that memory does not grow with points: binary features and sample weights."""
    for point in points:
        same = (codes == point).astype(np.float64)
        squared_distance = points.shape[1] - same.sum(axis=1)
        weights = np.exp(-squared_distance / (2.0 * kernel_width**2))
        if not weights.any():
            where = f"kernel width {kernel_width}"
            raise InterplayError("a sample near every point", "only weights of zero", where, "use a wider kernel")
        yield same, weights


def _moments(
    same: Float[Array, "sample feature"],
    weights: Float[Array, " sample"],
    scores: Float[Array, "sample model"],
    own: Float[Array, " model"] | None,
) -> _Moments:
    weighted = (same * weights[:, None]).T
    gram, cross = weighted @ same, weighted @ scores
    total, score_total = weights.sum(), weights @ scores
    if own is not None:
        gram, cross, total, score_total = gram + 1.0, cross + own, total + 1.0, score_total + own
    means, score_means = np.diagonal(gram) / total, score_total / total
    centred = gram - total * np.outer(means, means)
    # A feature that never varies leaves only rounding; without this its coefficient would be noise instead of zero.
    varies = np.diagonal(centred) > 1e-12 * total
    cross = (cross - total * np.outer(means, score_means)) * varies[:, None]
    return _Moments(centred * np.outer(varies, varies), cross, means, score_means)


def _select(moments: _Moments, features: int) -> Int[Array, "model selected"]:
    """The features with the largest coefficients of a lightly penalised fit; the first wins a tie."""
    penalised = moments.gram + SELECTION_PENALTY * np.eye(len(moments.gram))
    sizes = np.abs(np.linalg.solve(penalised, moments.cross)).T
    return np.argsort(-sizes, axis=1, kind="stable")[:, :features]


def _refit(moments: _Moments, chosen: Int[Array, "model selected"]) -> Float[Array, "model feature"]:
    gram = moments.gram[chosen[:, :, None], chosen[:, None, :]] + PENALTY * np.eye(chosen.shape[1])
    cross = np.take_along_axis(moments.cross.T, chosen, axis=1)
    coefficients = np.zeros(moments.cross.T.shape)
    np.put_along_axis(coefficients, chosen, np.linalg.solve(gram, cross[:, :, None])[:, :, 0], axis=1)
    return coefficients


def _centred_ranks(
    sizes: Float[Array, "model point feature"], used: Bool[Array, "model point feature"]
) -> Float[Array, "model point feature"]:
    """Ranks among the used features, less their mean (which ties do not change); zero for the others."""
    ranks = rankdata(np.where(used, sizes, np.nan), axis=-1, nan_policy="omit")
    return np.where(used, ranks - (used.sum(axis=-1, keepdims=True) + 1) / 2, 0.0)


def _check(
    points: Int[Array, "point feature"], codes: Int[Array, "sample feature"], scores: Float[Array, "model sample"]
) -> None:
    if points.shape[1] != codes.shape[1] or scores.shape[1] != len(codes) or not len(codes):
        found = f"points {points.shape}, samples {codes.shape}, scores {scores.shape}"
        remedy = "pass codes of one discretizer and one score for every sample"
        raise InterplayError("matching features and samples", found, "LIME", remedy)
    finite = np.isfinite(scores).all(axis=1)
    if not finite.all():
        found = f"model {int(np.argmin(finite))} with another score"
        raise InterplayError("finite scores", found, "LIME", "leave out models whose training diverged")
