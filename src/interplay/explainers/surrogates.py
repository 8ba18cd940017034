"""Local models of a score around rows: an intercept, and a coefficient for each feature that is in the row's bin.

Whatever the explainer, an explanation is read as such a model, so that all are held against the score in the same way.
"""

from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import InterplayError
from interplay.explainers.moments import moments
from interplay.explainers.outputs import Points

LINES_AT_ONCE = 16
"""Rows whose lines are held against fresh samples at once."""
LEAST_SPREAD = 0.005
"""Half a percentage point. A score whose weighted standard deviation around a point is below this is the same for all
rows near it as far as anybody could act on it, and what an explanation says of it rests on digits that mean nothing."""


@dataclass(frozen=True, eq=False)
class Surrogates:
    """Local linear models: score = intercept + sum over features of coefficient * [sample is in the point's bin].

    Explanations by gradients are lines instead: `slopes` say how the score changes with each column, and coefficients how
    much of it a feature accounts for. `reading` is the local model that follows from parts of a score, where it is another one
    than the parts themselves.
    A coefficient of exactly zero belongs to a feature that was not selected, or whose bin the pool never varies.
    """

    coefficients: Float[Array, "model point feature"]
    intercepts: Float[Array, "model point"]
    kernel_width: float
    slopes: Float[Array, "model point column"] | None = None
    reading: "Surrogates | None" = None

    @property
    def values(self) -> Float[Array, "model point"]:
        """What each local model says of its own point."""
        return np.asarray(self.intercepts + self.coefficients.sum(axis=2))

    def first(self, models: int) -> "Surrogates":
        """Those of the first models."""
        slopes = None if self.slopes is None else self.slopes[:models]
        reading = None if self.reading is None else self.reading.first(models)
        return Surrogates(self.coefficients[:models], self.intercepts[:models], self.kernel_width, slopes, reading)


@dataclass(frozen=True, eq=False)
class Fidelity:
    """How well surrogates hold: `r_squared`, at most 1, meaningful only where `defined`.

    It is not defined where the score hardly varies on the fresh samples; `r_squared` is then a placeholder.
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


def default_width(features: int) -> float:
    """The kernel width at which explanations are fitted and held against the score."""
    return 0.75 * float(np.sqrt(features))


def fidelity(
    surrogates: Surrogates,
    points: Int[Array, "point feature"],
    fresh_codes: Int[Array, "sample feature"],
    fresh_scores: Float[Array, "model sample"],
) -> Fidelity:
    """The weighted R2 of every surrogate on fresh samples, with its kernel.

    r_squared = 1 - sum of weight * (score - surrogate) ** 2 / sum of weight * (score - weighted mean score) ** 2

    `fresh_codes` must be another pool than the one the surrogates were fitted on. Higher is better; 0 is no better than
    a constant, and negative worse. 1 is a score that changes with nothing but whether a sample is in the bins of the
    point, which no score of a number is: that of a linear model whose numbers are cut at their quartiles reaches about a
    third. So read it beside the R2 of a linear model of the same scale (`interplay.explainers.linear`).

    It is defined where the weighted standard deviation of the score is at least half a percentage point.

    Raises InterplayError as `explain` does.

    Reference: Ribeiro et al. (2016), section 3.2 (local fidelity).

    Example:
        >>> pool = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> score = 0.2 + 0.5 * (pool[:, :1] == 1).T
        >>> right = Surrogates(np.array([[[0.5, 0.0]]]), np.array([[0.2]]), default_width(2))
        >>> fidelity(right, np.array([[1, 1]]), pool, score).r_squared.round(3).tolist()
        [[1.0]]

    Does not show: that the explanation is right about rows people really have; the samples are those of the pool.
    """
    check(points, fresh_codes, fresh_scores)
    centred, centre = around_mean(fresh_scores)
    left = np.zeros(surrogates.intercepts.shape)
    total = np.zeros(surrogates.intercepts.shape)
    for place, found in moments(points, fresh_codes, centred, surrogates.kernel_width):
        fitted = surrogates.coefficients[:, place].transpose(1, 0, 2)
        slopes = fitted @ found.gram - 2.0 * found.cross.transpose(0, 2, 1)
        # The weighted mean of (score - surrogate) ** 2: the part around the means, and what the means differ by.
        around = np.maximum(found.spread + predicted(fitted, slopes), 0.0)
        apart = centre + found.score_means - surrogates.intercepts[:, place].T - predicted(fitted, found.means[:, None])
        left[:, place] = (around / found.total[:, None] + apart**2).T
        total[:, place] = (found.spread / found.total[:, None]).T
    return _share_explained(left, total)


def fidelity_of_lines(
    surrogates: Surrogates, own: Points, fresh: Points, fresh_scores: Float[Array, "model sample"]
) -> Fidelity:
    """The same where explanations are lines: how well score(x) + slopes . (z - x) gives the scores of fresh samples z.

    Weights and definition as in `fidelity`. A score that is linear in the columns has 1.

    Raises InterplayError as `explain` does.

    Example:
        >>> rows = np.array([[1.0], [2.0], [4.0]])
        >>> points = Points(np.zeros((3, 1), dtype=int), rows, (slice(0, 1),))
        >>> right = Surrogates(np.full((1, 3, 1), 0.2), 0.1 * rows.T, default_width(1), np.full((1, 3, 1), 0.1))
        >>> fidelity_of_lines(right, points, points, 0.2 + 0.1 * rows.T).r_squared.round(3).tolist()
        [[1.0, 1.0, 1.0]]

    Does not show: that the explanation is right about rows people really have; the samples are those of the pool.
    """
    check(own.bins, fresh.bins, fresh_scores)
    assert surrogates.slopes is not None
    left, total = np.zeros(surrogates.intercepts.shape), np.zeros(surrogates.intercepts.shape)
    samples, level = fresh.columns.astype(np.float64), surrogates.values
    for start in range(0, len(own), LINES_AT_ONCE):
        part = slice(start, start + LINES_AT_ONCE)
        apart = (own.bins[part, None] != fresh.bins).sum(axis=2)
        weight = np.exp(-apart / (2.0 * surrogates.kernel_width**2))
        weight /= weight.sum(axis=1, keepdims=True)
        slopes = surrogates.slopes[:, part]
        start_of_line = level[:, part] - (slopes * own.columns[part]).sum(axis=2)
        error = fresh_scores[:, None] - start_of_line[:, :, None] - slopes @ samples.T
        left[:, part] = (weight * error**2).sum(axis=2)
        mean = fresh_scores @ weight.T
        total[:, part] = (weight * (fresh_scores[:, None] - mean[:, :, None]) ** 2).sum(axis=2)
    return _share_explained(left, total)


def _share_explained(left: Float[Array, "model point"], total: Float[Array, "model point"]) -> Fidelity:
    """R2 from the mean squared error and the variance, where scores vary enough."""
    defined = total >= LEAST_SPREAD**2
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


def around_mean(scores: Float[Array, "model sample"]) -> tuple[Float[Array, "sample model"], Float[Array, " model"]]:
    """Scores around their mean, and the mean; a constant score is exactly zero around it."""
    first = scores[:, 0].astype(np.float64)
    around = scores.T - first
    mean = around.mean(axis=0)
    return around - mean, first + mean


def predicted(
    coefficients: Float[Array, "point model feature"], values: Float[Array, "point _ feature"]
) -> Float[Array, "point model"]:
    """The sum over features of coefficient * value."""
    return np.asarray((coefficients * values).sum(axis=2))


def _centred_ranks(
    sizes: Float[Array, "model point feature"], used: Bool[Array, "model point feature"]
) -> Float[Array, "model point feature"]:
    """Ranks among the used features, less their mean (which ties do not change); zero for the others."""
    count = used.sum(axis=-1, keepdims=True)
    # The others have the lowest ranks, so the used ones start behind them.
    from scipy.stats import rankdata  # imported here, since it takes most of a second

    ranks = rankdata(np.where(used, sizes, -1.0), axis=-1) - (sizes.shape[-1] - count)
    return np.where(used, ranks - (count + 1) / 2, 0.0)


def check(
    points: Int[Array, "point feature"], codes: Int[Array, "sample feature"], scores: Float[Array, "model sample"]
) -> None:
    """Raise InterplayError where sizes do not match or a score is not finite."""
    if points.shape[1] != codes.shape[1] or scores.shape[1] != len(codes) or not len(codes):
        found = f"points {points.shape}, samples {codes.shape}, scores {scores.shape}"
        remedy = "pass codes of one discretizer and one score for every sample"
        raise InterplayError("matching features and samples", found, "LIME", remedy)
    finite = np.isfinite(scores).all(axis=1)
    if not finite.all():
        found = f"model {int(np.argmin(finite))} with another score"
        raise InterplayError("finite scores", found, "LIME", "leave out models whose training diverged")
