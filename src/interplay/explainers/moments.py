"""Weighted moments of "the sample has the point's bin", for many points and models over one pool of samples.

Written out, every point has its own sum over all samples. But the samples with one bin of one feature are the same for
every point, so a sum over them is one matrix product for a whole chunk of points. The most common bin of a feature needs
none: what a sample of that bin adds follows from the samples of all other bins.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import InterplayError

CHUNK = 128
"""Points at once. Memory grows with samples, not with points."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Weighted second moments around the weighted means, of every point's binary features and every model's score.

    gram[p, j, k] = sum of weight * (z[j] - means[j]) * (z[k] - means[k])
    cross[p, j, m] = sum of weight * (z[j] - means[j]) * (score[m] - score_means[m])
    spread[p, m] = sum of weight * (score[m] - score_means[m]) ** 2

    z[j] = 1 where a sample has the bin of point p in feature j, else 0. `total` is the sum of weights. A feature that
    never varies has exact zeros.
    """

    gram: Float[Array, "point feature feature"]
    cross: Float[Array, "point feature model"]
    spread: Float[Array, "point model"]
    means: Float[Array, "point feature"]
    score_means: Float[Array, "point model"]
    total: Float[Array, " point"]


@dataclass(frozen=True, eq=False)
class _Feature:
    """The bins one feature has in the pool, the most common one last, and the samples of all bins but that one."""

    bins: Int[Array, " bin"]
    samples: tuple[Int[Array, " some"], ...]
    first: int
    """Its first column in the table: one column for each bin; that of the last marks the samples of another bin."""


@dataclass(frozen=True, eq=False)
class _Pool:
    """Samples, ready for sums. A marker is 1 where a sample has a bin; for the most common bin, where it has another."""

    numbers: Int[Array, "feature sample"]
    """The place of the sample's bin among the bins of each feature."""
    features: tuple[_Feature, ...]
    order: tuple[int, ...]
    """In which features are summed over: each is paired with those after it, whose columns come before its own."""
    table: Float[Array, "sample column"]
    """One, the scores, and the markers."""
    squares: Float[Array, "sample model"]


@dataclass(frozen=True, eq=False)
class _Chunk:
    """The places of some points' bins among the bins of each feature (-1 when absent), and which are the most common."""

    numbers: Int[Array, "point feature"]
    common: Bool[Array, "point feature"]


def moments(
    points: Int[Array, "point feature"],
    codes: Int[Array, "sample feature"],
    scores: Float[Array, "sample model"],
    kernel_width: float,
    own: Float[Array, "point model"] | None = None,
) -> Iterator[tuple[slice, Moments]]:
    """Moments of one chunk of points after the other, each with its place among the points.

    weight = exp(-(number of features with z = 0) / (2 * kernel_width ** 2))

    `scores` should be centred, for accuracy; a score of exact zeros has a `cross` and a `spread` of exact zeros. `own`,
    the scores of the points, make each point one more sample of weight 1. The numbers of a point do not depend on which
    other points are asked for.

    Raises InterplayError where no sample near a point has any weight.

    Reference: Ribeiro et al. (2016), Eq. 1, for what is summed.

    Example:
        >>> pool = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> [(place, found)] = moments(np.array([[1, 1]]), pool, np.array([[0.0], [0.0], [1.0], [1.0]]), 1e9)
        >>> found.gram.tolist(), found.cross.round(3).tolist(), found.means.tolist()
        ([[[1.0, 0.0], [0.0, 1.0]]], [[[1.0], [-0.0]]], [[0.5, 0.5]])

    Does not show: how much a moment would differ with another pool.
    """
    pool = _pool(codes, scores)
    # By the number of bins a sample shares with the point.
    weights = np.exp(-np.arange(codes.shape[1], -1, -1) / (2.0 * kernel_width**2))
    for start in range(0, len(points), CHUNK):
        stop = min(start + CHUNK, len(points))
        # The last chunk is filled up: with products of one shape, a point's sums do not depend on its company.
        filled = np.minimum(np.arange(start, start + CHUNK), stop - 1)
        found = _moments(pool, _locate(pool, points[filled]), weights, None if own is None else own[filled])
        if not (found.total > 0).all():
            where = f"kernel width {kernel_width}"
            raise InterplayError("a sample near every point", "only weights of zero", where, "use a wider kernel")
        yield slice(start, stop), Moments(*(part[: stop - start] for part in vars(found).values()))


def _pool(codes: Int[Array, "sample feature"], scores: Float[Array, "sample model"]) -> _Pool:
    found = [np.unique(column, return_inverse=True, return_counts=True) for column in codes.T]
    # A feature costs its rarer samples times the columns of the features after it.
    cost = [(1.0 - counts.max() / len(codes)) / len(bins) for bins, _, counts in found]
    order = sorted(range(len(found)), key=cost.__getitem__)
    first = 1 + scores.shape[1]
    table = np.zeros((len(codes), first + sum(len(bins) for bins, _, _ in found)))
    table[:, 0], table[:, 1:first] = 1.0, scores
    numbers = np.zeros(codes.T.shape, dtype=np.int32)
    features: dict[int, _Feature] = {}
    for place in reversed(order):
        bins, inverse, counts = found[place]
        ranked, last = np.argsort(counts, kind="stable"), len(bins) - 1
        numbers[place] = np.argsort(ranked)[inverse]
        table[np.arange(len(codes)), first + numbers[place]] = 1.0
        table[:, first + last] = 1.0 - table[:, first + last]
        samples = tuple(np.flatnonzero(numbers[place] == number) for number in range(last))
        features[place] = _Feature(bins[ranked], samples, first)
        first += len(bins)
    return _Pool(numbers, tuple(features[place] for place in range(len(found))), tuple(order), table, scores**2)


def _locate(pool: _Pool, points: Int[Array, "point feature"]) -> _Chunk:
    numbers = np.zeros(points.shape, dtype=np.int32)
    common = np.zeros(points.shape, dtype=bool)
    for place, feature in enumerate(pool.features):
        same = points[:, place, None] == feature.bins
        numbers[:, place], common[:, place] = np.where(same.any(axis=1), same.argmax(axis=1), -1), same[:, -1]
    return _Chunk(numbers, common)


def _weigh(pool: _Pool, chunk: _Chunk, weights: Float[Array, " shared"]) -> Float[Array, "sample point"]:
    # One byte where it is enough: this pass is bound by memory.
    code = np.int8 if max(len(feature.bins) for feature in pool.features) <= 127 else np.int32
    shared = np.zeros((len(chunk.numbers), pool.numbers.shape[1]), np.uint8 if len(pool.features) < 256 else np.int32)
    for numbers, asked in zip(pool.numbers.astype(code), chunk.numbers.T.astype(code), strict=True):
        shared += (numbers == asked[:, None]).view(np.uint8)
    return weights.take(shared.T)


def _moments(
    pool: _Pool, chunk: _Chunk, weights: Float[Array, " shared"], own: Float[Array, "point model"] | None
) -> Moments:
    near, models = _weigh(pool, chunk, weights), pool.squares.shape[1]
    points, features = chunk.numbers.shape
    sums, squares = near.T @ pool.table[:, : models + 1], near.T @ pool.squares
    total, score_total = sums[:, 0], sums[:, 1:]
    gram, cross = np.zeros((points, features, features)), np.zeros((points, features, models))
    columns = chunk.numbers + np.array([feature.first for feature in pool.features])
    for rank, place in enumerate(pool.order):
        marked = _sums_over_marked(pool.features[place], chunk.numbers[:, place], pool.table, near)
        cross[:, place] = marked[:, 1 : models + 1]
        # A marker times itself is itself, and its sum comes first.
        gram[:, place, place] = marked[:, 0]
        after = list(pool.order[rank + 1 :])
        paired = np.where(chunk.numbers[:, after] < 0, 0.0, np.take_along_axis(marked, columns[:, after], axis=1))
        gram[:, place, after] = gram[:, after, place] = paired
    if own is not None:
        marks = (~chunk.common).astype(np.float64)
        gram, cross = gram + marks[:, :, None] * marks[:, None], cross + marks[:, :, None] * own[:, None]
        total, score_total, squares = total + 1.0, score_total + own, squares + own**2
    return _centred(gram, cross, squares, score_total, total, chunk.common)


def _sums_over_marked(
    feature: _Feature,
    asked: Int[Array, " point"],
    table: Float[Array, "sample column"],
    near: Float[Array, "sample point"],
) -> Float[Array, "point column"]:
    """The weighted sums of all columns before those of a feature, over the samples it marks for each point."""
    found = np.zeros((len(asked), feature.first))
    rest = np.zeros_like(found)
    for number, samples in enumerate(feature.samples):
        sums = near[samples].T @ table[samples, : feature.first]
        rest += sums
        found[asked == number] = sums[asked == number]
    common = asked == len(feature.samples)
    found[common] = rest[common]
    return found


def _centred(
    gram: Float[Array, "point feature feature"],
    cross: Float[Array, "point feature model"],
    squares: Float[Array, "point model"],
    score_total: Float[Array, "point model"],
    total: Float[Array, " point"],
    common: Bool[Array, "point feature"],
) -> Moments:
    """From sums of markers to moments of z, which is the marker, or one minus the marker of the most common bin."""
    amount = np.where(total > 0, total, 1.0)[:, None]
    means, score_means = np.einsum("pjj->pj", gram) / amount, score_total / amount
    sign = np.where(common, -1.0, 1.0)
    gram = (gram - (amount * means)[:, :, None] * means[:, None]) * (sign[:, :, None] * sign[:, None])
    cross = (cross - (amount * means)[:, :, None] * score_means[:, None]) * sign[:, :, None]
    # A feature that never varies leaves only rounding; without this its coefficient would be noise instead of zero.
    varies = np.einsum("pjj->pj", gram) > 1e-12 * amount
    return Moments(
        gram=gram * (varies[:, :, None] & varies[:, None]),
        cross=cross * varies[:, :, None],
        spread=np.maximum(squares - amount * score_means**2, 0.0),
        means=np.where(common, 1.0 - means, means),
        score_means=score_means,
        total=total,
    )
