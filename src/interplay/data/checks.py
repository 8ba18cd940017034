"""Looking at the data before anything is trained: what cannot be used, and what may mislead."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from interplay.arrays import Array, Bool, Int
from interplay.data.column_names import known_later, names_people
from interplay.data.findings import Finding, Level
from interplay.data.groups import Grouping
from interplay.data.levels import as_text, levels
from interplay.data.sentinels import sentinels
from interplay.data.spelling import in_writing_only, spelled_alike
from interplay.data.table import Column, Table

LEAKING = 0.95
"""A column that alone ranks the classes this well (area under the ROC curve) was perhaps written afterwards."""
SUSPECT = 0.70
"""So is a column whose name speaks of a decision or an outcome, and which ranks them so well."""
IDENTIFYING = 0.95
"""A text column with this share of distinct values names the row instead of describing it."""
FEWEST_FOR_IDENTITY = 20
SMALL_CLASS = 20
FEW_NUMBERS = 20
COMPARED = 1_000
"""Rows on which columns are compared before all of their rows are."""
SAMPLED = 50_000
"""Rows on which a column is tried alone; drawn at random where there are more."""
MANY_WITHOUT = 0.05
"""With this share of the rows in no group it is more than a note."""


def inspect(table: Table, label: str, features: Sequence[str], groups: Mapping[str, Grouping]) -> tuple[Finding, ...]:
    """What to know about the features, the label and the groups.

    Dropped: columns that are constant, missing throughout, a name of the row (an identifier), or a copy of another.
    Warnings: a column that all but gives the label away, a column that says the same as another in other words, names of
    people, numbers that seem to stand for "missing", group names that differ only in writing, many rows in no group.
    Notes: shares of missing values, repeated rows, small classes and groups.

    Example:
        >>> from interplay.data.table import numbers, table
        >>> columns = [numbers("paid", [0, 1, 0, 1]), numbers("age", [31, 40, 40, 31]), numbers("branch", [7] * 4)]
        >>> inspect(table(columns, "example"), "paid", ["age", "branch"], {})[0]
        Finding(level='dropped', column='branch', text='it has one value in every row')

    Does not show: leakage that takes several columns together, nor identifiers that repeat.
    """
    codes, names = levels(table.column(label))
    columns = [table.column(name) for name in features]
    dropped = [Finding("dropped", column.name, why) for column in columns if (why := useless(column))]
    gone = {finding.column for finding in dropped}
    copies, kept = _copies([column for column in columns if column.name not in gone])
    return (
        *dropped,
        *copies,
        *(finding for column in kept for finding in _about(column, codes, len(names))),
        *_repeated_rows([*kept, table.column(label)]),
        *_small_classes(label, codes, names),
        *(finding for group in groups.values() for finding in _about_groups(group)),
    )


def useless(column: Column) -> str:
    """Why a column says nothing about a row: missing throughout, constant, or a name of the row; empty where it may say
    something.

    Example:
        >>> from interplay.data.table import numbers
        >>> useless(numbers("branch", [7.0] * 3)), useless(numbers("age", [31.0, 40.0, 31.0]))
        ('it has one value in every row', '')
    """
    known = column.known
    if not len(known):
        return "every value is missing"
    if (known == known[0]).all() and not column.missing.any():
        return "it has one value in every row"
    return _identifier(column, known) or ""


def _identifier(column: Column, known: Array) -> str | None:
    if len(known) < FEWEST_FOR_IDENTITY or column.kind == "boolean":
        return None
    if column.kind == "numeric" and not all(map(_whole, (known[:COMPARED], known))):
        return None
    distinct = len(pd.unique(known))
    if column.kind == "categorical":
        share = f"{distinct} different texts in {len(known)} rows"
        return (
            f"it seems to name the row, not to describe it: {share}" if distinct >= IDENTIFYING * len(known) else None
        )
    if distinct < len(known):
        return None
    steps = np.diff(known)
    ordered = bool((steps > 0).all() or (steps < 0).all())
    counted = known.max() - known.min() == len(known) - 1
    if not (ordered or counted):
        return None
    return "it seems to number the rows: whole numbers, all different, " + ("in order" if ordered else "without gaps")


def _whole(values: Array) -> bool:
    return bool(np.isfinite(values).all() and (values == np.round(values)).all())


def _copies(columns: Sequence[Column]) -> tuple[list[Finding], list[Column]]:
    """Copies of an earlier column, dropped; and the same information in another form, warned about."""
    findings: list[Finding] = []
    kept: list[Column] = []
    by_values: dict[bytes, str] = {}
    by_partition: dict[bytes, Column] = {}
    like_values, like_partition = _alike(columns, _value_hash), _alike(columns, _partition_hash)
    for column in columns:
        same = column.name
        if column.name in like_values:
            same = by_values.setdefault(_value_hash(column), column.name)
        if same != column.name:
            findings.append(Finding("dropped", column.name, f"it is a copy of {same!r}"))
            continue
        kept.append(column)
        if column.name not in like_partition:
            continue
        twin = by_partition.setdefault(_partition_hash(column), column)
        if twin is not column and {twin.kind, column.kind} != {"numeric"}:
            text = f"it says the same as {twin.name!r}: each value of one stands for one value of the other"
            findings.append(Finding("warning", column.name, text))
    return findings, kept


def _alike(columns: Sequence[Column], key: Callable[[Column], bytes]) -> set[str]:
    """The columns that agree with another one, by this key, on some rows; only they can agree on all."""
    by_key: dict[bytes, list[str]] = {}
    for column in columns:
        some = column.values[:: max(1, len(column.values) // COMPARED)]
        by_key.setdefault(key(replace(column, values=some)), []).append(column.name)
    return {name for names in by_key.values() if len(names) > 1 for name in names}


def _value_hash(column: Column) -> bytes:
    values = np.nan_to_num(column.values, nan=np.inf) if column.kind == "numeric" else _partition(column)
    return column.kind.encode() + _hash(values)


def _partition_hash(column: Column) -> bytes:
    return _hash(_partition(column))


def _partition(column: Column) -> Int[Array, " row"]:
    """Which rows have equal values, whatever the values are: numbered by first appearance."""
    values = column.values + 0.0 if column.kind == "numeric" else column.values
    return np.asarray(pd.factorize(values, use_na_sentinel=False)[0], dtype=np.int64)


def _hash(values: Array) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=16).digest()


def _about(column: Column, labels: Int[Array, " row"], count: int) -> Iterator[Finding]:
    if (area := _separation(column, labels, count)) >= LEAKING:
        text = f"leakage? This column alone ranks the label with an area under the ROC curve of {area:.3f}"
        yield Finding("warning", column.name, f"{text}; was it known before the decision?")
    elif known_later(column.name) and area >= SUSPECT:
        text = (
            f"leakage? Its name speaks of a decision or an outcome, and it ranks the label with an area of {area:.2f}"
        )
        yield Finding("warning", column.name, f"{text}; was it known before the decision?")
    if column.kind == "categorical" and names_people(column.name):
        yield Finding(
            "warning", column.name, "it seems to hold names or addresses of people: leave it out under data.drop?"
        )
    if values := [value for value in sentinels(column) if np.isfinite(value)]:
        shown = ", ".join(as_text(value) for value in values)
        rows = int(np.isin(column.values, values).sum())
        text = f"{shown} may stand for a missing value (rows: {rows}): if so, declare it under data.missing"
        yield Finding("warning", column.name, text)
    if (numbers := _hidden_numbers(column)) is not None:
        yield Finding("warning", column.name, numbers)
    gone = column.missing.mean()
    if gone:
        yield Finding("note", column.name, f"{gone:.1%} of the values are missing")


def _hidden_numbers(column: Column) -> str | None:
    if column.kind != "categorical" or len(column.categories) <= FEW_NUMBERS:
        return None
    others = [name for name in column.categories if not name.replace(".", "", 1).lstrip("+-").isdecimal()]
    if len(others) > 3:
        return None
    shown = ", ".join(repr(name) for name in others)
    return f"it holds numbers but for {shown}: name these under data.missing to have it read as numeric"


def _separation(column: Column, labels: Int[Array, " row"], count: int) -> float:
    """How well the column alone tells the class that it tells worst: area under the ROC curve, one class against all.

    Numbers are ranked; categories, and numbers with few values, by the share of the class in each. Whether the value is
    missing is tried as well.
    """
    if len(labels) > SAMPLED:
        rows = _sampled(len(labels))
        column, labels = Column(column.name, column.kind, column.values[rows], column.categories), labels[rows]
    codes = np.full(len(column.values), -1, dtype=np.int64)
    known = ~column.missing
    values, codes[known] = np.unique(column.values[known], return_inverse=True)
    if len(values) > len(labels) / 20 and column.kind == "categorical":
        # Many small categories rank any label well on the rows that they were ranked with.
        return 0.5
    few = column.kind != "numeric" or len(values) <= FEW_NUMBERS
    codes = codes + 1
    targets = [labels == one for one in range(count)][: 1 if count == 2 else count]
    return min(max(_area(codes, target, few), _area(np.minimum(codes, 1), target, True)) for target in targets)


@cache
def _sampled(rows: int) -> Int[Array, " sampled"]:
    """The same rows for every column."""
    return np.sort(np.random.default_rng(0).choice(rows, SAMPLED, replace=False))


def _area(codes: Int[Array, " row"], target: Bool[Array, " row"], by_share: bool) -> float:
    inside = np.bincount(codes[target], minlength=int(codes.max()) + 1).astype(np.float64)
    outside = np.bincount(codes[~target], minlength=len(inside)).astype(np.float64)
    if by_share:
        order = np.argsort(inside / np.maximum(inside + outside, 1.0), kind="stable")
        inside, outside = inside[order], outside[order]
    below = np.cumsum(outside) - outside / 2
    area = float((inside * below).sum() / (inside.sum() * outside.sum()))
    return max(area, 1.0 - area)


def _repeated_rows(columns: Sequence[Column]) -> Iterator[Finding]:
    code = np.zeros(len(columns[0].values), dtype=np.int64)
    for column in columns:
        places = _partition(column)
        code, distinct = pd.factorize(code * (int(places.max()) + 1) + places)
        if len(distinct) == len(code):
            return
    repeated = len(code) - len(distinct)
    if repeated:
        yield Finding("note", "", f"{repeated} rows repeat an earlier row in every feature and the label")


def _small_classes(label: str, codes: Int[Array, " row"], names: Sequence[str]) -> Iterator[Finding]:
    counts = np.bincount(codes, minlength=len(names))
    small = [f"{name!r} has {rows}" for name, rows in zip(names, counts, strict=True) if rows < SMALL_CLASS]
    if small:
        yield Finding("note", label, "some classes have few rows: " + ", ".join(small))


def _about_groups(group: Grouping) -> Iterator[Finding]:
    for alike in spelled_alike(group.names):
        yield Finding("warning", group.name, f"{in_writing_only(alike)}: merge them?")
    if len(group.names) == 1:
        yield Finding("warning", group.name, f"there is only one group, {group.names[0]!r}: nothing can be compared")
    gone = (group.codes < 0).mean()
    if gone:
        level: Level = "warning" if gone >= MANY_WITHOUT else "note"
        yield Finding(level, group.name, f"the group of {gone:.1%} of the rows is missing; they count in no group")
