"""Tables: named columns of numbers, categories or truth values, with missing values marked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.findings import Finding
from interplay.data.nearest import suggestion
from interplay.errors import DataError

Kind = Literal["numeric", "categorical", "boolean"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    `values` of a numeric column are float64, NaN where missing. Those of a categorical or boolean column are positions
    in `categories`, -1 where missing; a boolean column has exactly two categories, the false one first.
    """

    name: str
    kind: Kind
    values: Float[Array, " row"] | Int[Array, " row"]
    categories: tuple[str, ...] = ()

    @property
    def missing(self) -> Bool[Array, " row"]:
        """Which rows have no value."""
        return np.isnan(self.values) if self.kind == "numeric" else np.less(self.values, 0)

    @property
    def known(self) -> Float[Array, " known"] | Int[Array, " known"]:
        """The values that are not missing."""
        missing = self.missing
        return self.values[~missing] if missing.any() else self.values


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length by name, in their order; `source` says where they came from.

    `dates` are the numeric columns that hold days since 1970-01-01. `findings` say what reading it decided.
    """

    columns: Mapping[str, Column]
    rows: int
    source: str = "the table"
    dates: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name.

        Raises DataError with the nearest name where there is none.
        """
        if name not in self.columns:
            raise DataError(f"a column {name!r}", "no such column", self.source, suggestion(name, self.columns))
        return self.columns[name]

    def replaced(self, *columns: Column) -> "Table":
        """The same table with these columns put in place of those of the same names, or added at the end."""
        return replace(self, columns={**self.columns, **{column.name: column for column in columns}})


def table(columns: Iterable[Column], source: str, findings: Iterable[Finding] = ()) -> Table:
    """A table from columns; repeated columns that are identical become one, with a note.

    Raises DataError where two different columns have one name, lengths differ, or there is no column or no row.

    Example:
        >>> table([numbers("age", [31.0, 54.0])], "example").rows
        2
    """
    listed = list(columns)
    if not listed:
        raise DataError("at least one column", "none", source, "give a table with a header and rows")
    kept: dict[str, Column] = {}
    merged: dict[str, Finding] = {}
    for column in listed:
        first = kept.setdefault(column.name, column)
        if first is not column and not _same(first, column):
            found = f"{column.name!r} more than once, with different values"
            raise DataError("column names that differ", found, source, "rename or remove the repeated columns")
        if first is not column:
            merged[column.name] = Finding("note", column.name, "the table has it more than once, with the same values")
    lengths = {len(column.values) for column in listed}
    if len(lengths) > 1:
        found = f"lengths {sorted(lengths)}"
        raise DataError("columns of one length", found, source, "give every column one value a row")
    if lengths == {0}:
        raise DataError("at least one row", "a header only", source, "check that the file was written completely")
    return Table(kept, lengths.pop(), source, findings=(*findings, *merged.values()))


def _same(one: Column, other: Column) -> bool:
    alike = (one.kind, one.categories) == (other.kind, other.categories)
    return alike and np.array_equal(one.values, other.values, equal_nan=one.kind == "numeric")


def numbers(name: str, values: Sequence[int | float] | Float[Array, " row"] | Int[Array, " row"]) -> Column:
    """A numeric column; numbers that are all 0 or 1 make a boolean column with the categories "0" and "1".

    Example:
        >>> numbers("age", [31.0, float("nan")]).kind, numbers("owner", [0.0, 1.0, float("nan")]).kind
        ('numeric', 'boolean')
    """
    floats = np.asarray(values, dtype=np.float64)
    known = Column(name, "numeric", floats).known
    if len(known) and known.min() >= 0 and known.max() <= 1 and bool(((known == 0) | (known == 1)).all()):
        return Column(name, "boolean", np.where(np.isnan(floats), -1, floats).astype(np.int64), ("0", "1"))
    return Column(name, "numeric", floats)


def texts(name: str, values: Sequence[str | None]) -> Column:
    """A categorical column; None is missing, and the categories are in alphabetical order.

    Example:
        >>> column = texts("region", ["north", None, "east"])
        >>> column.categories, column.values.tolist()
        (('east', 'north'), [1, -1, 0])
    """
    position = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return categories(name, np.array([position[value] for value in values], dtype=np.int64), list(position))


def categories(name: str, codes: Int[Array, " row"], names: Sequence[str | None]) -> Column:
    """A categorical column from the place of every row's category in `names`, -1 where missing; None is missing too.

    Example:
        >>> categories("region", np.array([1, 0, 2, -1]), ["north", "east", None]).values.tolist()
        [0, 1, -1, -1]
    """
    ordered = tuple(sorted({names[place] for place in np.unique(codes[codes >= 0])} - {None}))
    position = {category: place for place, category in enumerate(ordered)}
    places = np.array([*(position.get(name, -1) for name in names), -1], dtype=np.int64)
    return Column(name, "categorical", places[codes], ordered)


def truths(name: str, values: Sequence[bool | None]) -> Column:
    """A boolean column with the categories "false" and "true"; None is missing.

    Example:
        >>> truths("owner", [True, None, False]).values.tolist()
        [1, -1, 0]
    """
    codes = [-1 if value is None else int(value) for value in values]
    return Column(name, "boolean", np.asarray(codes, dtype=np.int64), ("false", "true"))
