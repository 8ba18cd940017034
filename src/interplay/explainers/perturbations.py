"""Perturbation pools: rows drawn feature by feature from the training distribution, with the bin each value lies in."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from interplay.arrays import Array, Bool, Float, Int
from interplay.errors import DataError

MISSING_CATEGORY = -1
QUARTILES = (25.0, 50.0, 75.0)


@dataclass(frozen=True, eq=False)
class Pool:
    """Perturbed rows: `raw` values for the caller to encode, and the `bins` (or categories) they were drawn from."""

    bins: Int[Array, "sample feature"]
    raw: Float[Array, "sample feature"]


@dataclass(frozen=True, eq=False)
class Categories:
    """The categories of one feature and their training frequencies."""

    values: Int[Array, " bin"]
    frequencies: Float[Array, " bin"]

    def codes(self, raw: Float[Array, " row"]) -> Int[Array, " row"]:
        """The category of every value."""
        return raw.astype(np.int64)

    def draw(self, count: int, generator: np.random.Generator) -> tuple[Int[Array, " sample"], Float[Array, " sample"]]:
        """Categories drawn by training frequency, as codes and as raw values."""
        drawn = generator.choice(self.values, size=count, p=self.frequencies)
        return drawn, drawn.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Bins:
    """The quartile bins of one numeric feature, low < value <= high, and a last bin for missing values.

    Each bin has its training frequency and the mean, standard deviation, lowest and highest value within it.
    """

    edges: Float[Array, " edge"]
    frequencies: Float[Array, " bin"]
    means: Float[Array, " bin"]
    deviations: Float[Array, " bin"]
    lows: Float[Array, " bin"]
    highs: Float[Array, " bin"]

    def codes(self, raw: Float[Array, " row"]) -> Int[Array, " row"]:
        """The bin of every value."""
        return _cut(raw, self.edges)

    def draw(self, count: int, generator: np.random.Generator) -> tuple[Int[Array, " sample"], Float[Array, " sample"]]:
        """Bins drawn by training frequency, and a value of each bin's truncated normal distribution."""
        bins = generator.choice(len(self.frequencies), size=count, p=self.frequencies)
        raw = truncated_normal(
            generator.random(count), self.means[bins], self.deviations[bins], self.lows[bins], self.highs[bins]
        )
        return bins, np.where(bins == len(self.edges) + 1, np.nan, raw)


@dataclass(frozen=True, eq=False)
class Discretizer:
    """How every feature is cut into bins and drawn again."""

    columns: tuple[Categories | Bins, ...]

    def codes(self, raw: Float[Array, "row feature"]) -> Int[Array, "row feature"]:
        """The bin or category of every value."""
        return np.stack([column.codes(raw[:, place]) for place, column in enumerate(self.columns)], axis=1)

    def draw(self, count: int, generator: np.random.Generator) -> Pool:
        """`count` perturbed rows; features are drawn independently of each other and of any row to be explained."""
        drawn = [column.draw(count, generator) for column in self.columns]
        return Pool(
            bins=np.stack([bins for bins, _ in drawn], axis=1),
            raw=np.stack([raw for _, raw in drawn], axis=1),
        )


def fit(raw: Float[Array, "row feature"], categorical: Bool[Array, " feature"]) -> Discretizer:
    """Bins and frequencies from training rows.

    A numeric feature is cut at its distinct quartiles; a missing numeric value is NaN and has a bin of its own. A
    feature that `categorical` marks holds category numbers, -1 where the category is missing.

    Raises DataError where there is no row, a numeric value is infinite, or a category is not a whole number.

    Reference: Ribeiro et al. (2016), section 3.3; the quartile bins are those of the authors' software for tables.

    Example:
        >>> discretizer = fit(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0], [4.0, 1.0]]), np.array([False, True]))
        >>> discretizer.codes(np.array([[1.0, 0.0], [9.0, 1.0]])).tolist()
        [[0, 0], [3, 1]]
        >>> discretizer.draw(5, np.random.default_rng(0)).raw.shape
        (5, 2)

    Does not show: how features depend on each other. Drawn one by one, a pool holds rows that no person has.
    """
    if not len(raw):
        raise DataError("training rows to draw perturbations from", "no row", "fit", "give at least one row")
    return Discretizer(
        tuple(
            _categories(raw[:, place], place) if of_kind else _bins(raw[:, place], place)
            for place, of_kind in enumerate(categorical)
        )
    )


def truncated_normal(
    uniform: Float[Array, " sample"],
    mean: Float[Array, " sample"],
    deviation: Float[Array, " sample"],
    low: Float[Array, " sample"],
    high: Float[Array, " sample"],
) -> Float[Array, " sample"]:
    """Values of normal distributions cut to low <= value <= high, by inverting the distribution at `uniform`.

    A deviation of zero gives the mean.

    Example:
        >>> half, one = np.array([0.5]), np.ones(1)
        >>> truncated_normal(half, 0 * one, one, -one, one).round(6).tolist()
        [0.0]
    """
    scale = np.where(deviation > 0, deviation, 1.0)
    below, above = ndtr((low - mean) / scale), ndtr((high - mean) / scale)
    inside = np.clip(below + uniform * (above - below), np.finfo(np.float64).tiny, 1.0 - np.finfo(np.float64).epsneg)
    return np.asarray(np.clip(mean + np.where(deviation > 0, scale * ndtri(inside), 0.0), low, high))


def _cut(raw: Float[Array, " row"], edges: Float[Array, " edge"]) -> Int[Array, " row"]:
    return np.asarray(np.where(np.isnan(raw), len(edges) + 1, np.searchsorted(edges, raw)))


def _categories(raw: Float[Array, " row"], place: int) -> Categories:
    if not np.array_equal(raw, np.round(raw)):
        raise DataError(
            "whole category numbers",
            "other values",
            f"feature {place}",
            f"write {MISSING_CATEGORY} where one is missing",
        )
    values, counts = np.unique(raw.astype(np.int64), return_counts=True)
    return Categories(values, counts / len(raw))


def _bins(raw: Float[Array, " row"], place: int) -> Bins:
    if np.isinf(raw).any():
        raise DataError("finite values or NaN", "an infinite value", f"feature {place}", "mark it as missing")
    known = raw[~np.isnan(raw)]
    edges = np.unique(np.percentile(known, QUARTILES)) if len(known) else np.empty(0)
    codes = _cut(raw, edges)
    inside = [raw[codes == code] for code in range(len(edges) + 1)]
    lowest, highest = (known.min(), known.max()) if len(known) else (0.0, 0.0)
    # The low end of a bin belongs to the bin below, so a drawn value must stay just above it.
    above_edges = np.nextafter(edges, np.inf)
    return Bins(
        edges=edges,
        frequencies=np.bincount(codes, minlength=len(edges) + 2) / len(raw),
        means=np.array([values.mean() if len(values) else 0.0 for values in inside] + [0.0]),
        deviations=np.array([values.std() if len(values) else 0.0 for values in inside] + [0.0]),
        lows=np.array([lowest, *above_edges, 0.0]),
        highs=np.array([*edges, highest, 0.0]),
    )
