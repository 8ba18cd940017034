"""How one feature becomes encoded columns: standardised numbers, or one column per category."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.data.table import Column, Kind
from interplay.errors import DataError

SKEWED = 3.0
"""Above this skewness, numbers that are never negative are taken on a logarithmic scale."""
INFLATED = 0.8
"""Above this share of rows with one and the same value, an attack may not move a number."""
FARTHEST = 1e6
"""Standard deviations at which an encoded number is cut, so that a stray value cannot make a score infinite."""

LARGEST_WHOLE = 1e6
"""Beyond this a step of one is nothing to a 32-bit number."""
MOST_CATEGORIES = 50
"""Up to how many categories have a column of their own where a study does not say."""
OTHERS = "other values"

MISSING_CODE = -1
UNSEEN_CODE = -2


@dataclass(frozen=True)
class NumericFeature:
    """(value - mean) / deviation, of log(1 + value) where `logarithmic`; a missing value is 0, the mean.

    `indicator` adds a column that is 1 where the value is missing. `largest_share` is the share of fitting rows that
    have the value which more than half have, 0 where there is none. `whole` says that all of them have whole numbers, so
    that an attack keeps to these.
    """

    name: str
    mean: float
    deviation: float
    logarithmic: bool
    indicator: bool
    largest_share: float
    whole: bool = False
    kind: Literal["numeric"] = "numeric"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        return (self.name, f"{self.name} is missing") if self.indicator else (self.name,)

    @property
    def options(self) -> Float[Array, "option encoded"]:
        """None: a number has no alternatives to list."""
        return np.zeros((0, len(self.columns)), dtype=np.float32)

    def encoded_change(self, amount: float) -> float:
        """A change of the value, or a factor where it is logarithmic, in standard deviations."""
        return float(np.log(amount) if self.logarithmic else amount) / self.deviation

    def unseen(self, column: Column) -> int:
        """None: a number can be encoded whether or not the fitting rows had it.

        Raises DataError where the column has another kind than when fitting, or holds infinite numbers.
        """
        _as_numbers(column)
        return 0

    def raw(self, column: Column) -> Float[Array, " row"]:
        """Standardised values, NaN where missing."""
        values = _as_numbers(column)
        scaled = np.sign(values) * np.log1p(np.abs(values)) if self.logarithmic else values
        with np.errstate(over="ignore"):  # what is cut below may be too large to write
            away = (scaled / 2 - self.mean / 2) / (self.deviation / 2)  # halves: the difference of huge numbers fits
        return np.asarray(np.clip(away, -FARTHEST, FARTHEST))

    def encode(self, raw: Float[Array, " row"]) -> Float[Array, "row encoded"]:
        """The encoded columns of raw values."""
        missing = np.isnan(raw)
        parts = [np.where(missing, 0.0, raw), missing] if self.indicator else [np.where(missing, 0.0, raw)]
        return np.stack(parts, axis=1).astype(np.float32)


@dataclass(frozen=True)
class LevelFeature:
    """One column per category, 1 where the value is that category; a category not seen when fitting is all zeros.

    With `others` the fitting rows had more categories than have a column: the rarer ones, and those not seen, share one
    more. `missing_level` adds one more for missing values. A boolean without it needs one column only (`single`).
    """

    name: str
    kind: Kind
    levels: tuple[str, ...]
    missing_level: bool
    others: bool = False

    @property
    def single(self) -> bool:
        """Whether one column of 0 and 1 holds the feature."""
        return self.kind == "boolean" and not self.missing_level

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        if self.single:
            return (self.name,)
        shared = (f"{self.name}: {OTHERS}",) if self.others else ()
        named = (*(f"{self.name}={level}" for level in self.levels), *shared)
        return (*named, f"{self.name} is missing") if self.missing_level else named

    @property
    def options(self) -> Float[Array, "option encoded"]:
        """Every alternative as it is encoded, missing last where that is one."""
        if self.single:
            return np.array([[0.0], [1.0]], dtype=np.float32)
        return np.eye(len(self.columns), dtype=np.float32)

    def unseen(self, column: Column) -> int:
        """How many rows have a category that has no column and that the fitting rows never had.

        Raises DataError where the column has another kind than when fitting.
        """
        new = self._places(column)[:-1] == UNSEEN_CODE
        return int(np.bincount(column.values + 1, minlength=len(new) + 1)[1:][new].sum()) if new.any() else 0

    def raw(self, column: Column) -> Float[Array, " row"]:
        """Positions in `levels`, those of other categories after them; -1 where missing, -2 where a category that has no
        column was not seen when fitting.
        """
        return self._places(column)[column.values]

    def _places(self, column: Column) -> Float[Array, " category"]:
        """The raw position of each category of a column, and last that of a missing value."""
        if column.kind != self.kind:
            raise _changed(self.name, self.kind, column.kind)
        known = {level: place for place, level in enumerate(self.levels)}
        unknown = len(self.levels) if self.others else UNSEEN_CODE
        return np.asarray([*(known.get(name, unknown) for name in column.categories), MISSING_CODE], dtype=np.float64)

    def encode(self, raw: Float[Array, " row"]) -> Float[Array, "row encoded"]:
        """The encoded columns of raw positions."""
        codes = raw.astype(np.int64)
        if self.missing_level:
            codes = np.where(codes == MISSING_CODE, len(self.columns) - 1, codes)
        none = np.zeros((1, len(self.columns)), dtype=np.float32)
        # Whatever has no level, such as a missing value that the fitting rows never had, takes the last row: zeros.
        return np.concatenate([self.options, none])[np.where(codes < 0, len(self.options), codes)]


Feature = NumericFeature | LevelFeature


def fit_feature(column: Column, rows: Int[Array, " fitting"], most: int = MOST_CATEGORIES) -> Feature:
    """Learn how to encode a column from the fitting rows alone; up to `most` categories have a column each.

    Where there are more, the most frequent `most` - 1 have one, and all others share the last.
    """
    if column.kind == "numeric":
        return _fit_numeric(column.name, column.values[rows])
    codes = column.values[rows]
    missing = bool((codes < 0).any())
    if column.kind == "boolean":
        return LevelFeature(column.name, column.kind, column.categories, missing)
    seen, counts = np.unique(codes[codes >= 0], return_counts=True)
    kept = seen if len(seen) <= most else np.sort(seen[np.argsort(-counts, kind="stable")[: most - 1]])
    names = tuple(column.categories[code] for code in kept)
    return LevelFeature(column.name, column.kind, names, missing, others=len(kept) < len(seen))


def _fit_numeric(name: str, values: Float[Array, " fitting"]) -> NumericFeature:
    known = values[~np.isnan(values)]
    logarithmic = bool(len(known) and known.min() >= 0 and _skewness(known) > SKEWED)
    mean, deviation = _moments(np.log1p(known) if logarithmic else known)
    share = _share_of_most(known) * len(known) / len(values) if len(known) else 1.0
    whole = bool(len(known)) and bool((known == np.round(known)).all()) and float(np.abs(known).max()) <= LARGEST_WHOLE
    return NumericFeature(name, mean, deviation, logarithmic, len(known) < len(values), float(share), whole)


def _share_of_most(known: Float[Array, " known"]) -> float:
    """The share of the value that more than half of all have, which is then the middle one; 0 where there is none."""
    middle = np.partition(known, len(known) // 2)[len(known) // 2]
    share = float((known == middle).mean())
    return share if share > 0.5 else 0.0


def _moments(known: Float[Array, " known"]) -> tuple[float, float]:
    """Mean and standard deviation, 1 where the values do not vary; scaled so that huge values do not overflow."""
    largest = float(np.abs(known).max()) if len(known) else 0.0
    if largest == 0.0:
        return 0.0, 1.0
    mean, deviation = float((known / largest).mean()), float((known / largest).std())
    # What rounding alone leaves of a constant must not be blown up to one standard deviation.
    return mean * largest, deviation * largest if deviation > 1e-12 else 1.0


def _skewness(known: Float[Array, " known"]) -> float:
    mean, deviation = _moments(known)
    return float((((known - mean) / deviation) ** 3).mean())


def _as_numbers(column: Column) -> Float[Array, " row"]:
    if column.kind == "boolean" and column.categories == ("0", "1"):
        # A small new table may hold only zeros and ones of a numeric feature.
        return np.where(column.missing, np.nan, column.values)
    if column.kind != "numeric":
        raise _changed(column.name, "numeric", column.kind)
    if np.isinf(column.values).any():
        count = int(np.isinf(column.values).sum())
        found = f"{count} infinite value{'s' * (count > 1)}"
        raise DataError("finite numbers", found, f"column {column.name!r}", "mark them as missing or correct them")
    return column.values


def _changed(name: str, before: str, now: str) -> DataError:
    remedy = "give the column the type it had when the encoder was fitted"
    return DataError(f"a {before} column", f"a {now} one", f"column {name!r}", remedy)
