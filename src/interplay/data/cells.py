"""From the cells of a column to numbers, truth values, dates or categories."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from interplay.arrays import Array, Int
from interplay.data.dates import Dates, dates, dates_of, dates_of_numbers
from interplay.data.findings import Finding
from interplay.data.numerals import numerals
from interplay.data.table import Column, Table, categories, numbers, table, truths
from interplay.errors import DataError

MISSING = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "NULL", "null")
"""What an empty cell of a CSV file may look like. "None" is left out: it is an answer in many forms."""

EXACT = 2**53
"""Whole numbers beyond this have no float of their own."""
_CODE = 2, 4
"""Lengths of the capitals among which "NA" is one more code, as in EU, NA, APAC."""


_LISTS = {np.ndarray: "list"}


@dataclass
class CellReader:
    """How the cells of one source are read, and what was decided on the way.

    `decimal` is the decimal mark of the file where that is known. Where `words` holds, "NA" and the like mean missing among
    texts, but not in the columns of `values`.
    """

    where: str
    decimal: str = ""
    words: bool = False
    values: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    dates: set[str] = field(default_factory=set)

    def table(self, columns: Iterable[tuple[str, nw.Series[Any]]]) -> Table:
        """The table of these columns."""
        listed = [self.column(name, series) for name, series in columns]
        if not listed:
            raise DataError("at least one column", "none", self.where, "give a table with a header and rows")
        return replace(table(listed, self.where, dict.fromkeys(self.findings)), dates=frozenset(self.dates))

    def column(self, name: str, series: nw.Series[Any]) -> Column:
        """One column.

        Raises DataError where a cell holds several values.
        """
        dtype = series.dtype
        if dtype.is_integer() and len(series) and _inexact(series):
            self._note(
                name, f"whole numbers above {EXACT:,} are read as texts: as numbers, some would be rounded to others"
            )
            return self._of_objects(
                name, np.array([None if one is None else str(one) for one in series.to_list()], object)
            )
        if dtype.is_numeric():
            return self._of_numbers(name, series.cast(nw.Float64()).to_numpy())
        if dtype.is_nested() or dtype == nw.Binary:
            raise self._several(name, str(dtype))
        if dtype in (nw.Datetime, nw.Date):
            return self._dated(name, dates_of(pd.to_datetime(series.to_numpy(), utc=True)))
        if dtype == nw.Duration:
            self._note(name, "durations are read as days")
            return numbers(name, np.asarray(pd.to_timedelta(series.to_numpy()) / pd.Timedelta(days=1)))
        if dtype in (nw.Categorical, nw.Enum):  # of codes with gaps an array would make floats
            return self._of_objects(name, np.array([*series.to_list(), None], dtype=object)[:-1], named=True)
        native = series.to_native()
        texts = dtype == nw.String and isinstance(native, pd.Series)  # these need not become objects one by one
        return self._of_objects(name, native if texts else series.to_numpy())

    def _of_numbers(self, name: str, values: Array) -> Column:
        found = dates_of_numbers(values)
        return numbers(name, values) if found is None else self._dated(name, found)

    def _of_objects(self, name: str, values: "Array | pd.Series[Any]", named: bool = False) -> Column:
        try:
            codes, found = pd.factorize(values if isinstance(values, pd.Series) else np.asarray(values, dtype=object))
            distinct = np.asarray(found, dtype=object)
        except TypeError:
            kinds = {type(value) for value in values if not isinstance(value, str)}
            raise self._several(name, ", ".join(sorted(_LISTS.get(kind, kind.__name__) for kind in kinds))) from None
        known = [value for value in distinct if not _empty(value)]
        if not known:
            return numbers(name, np.full(len(codes), np.nan))
        if not named and (column := self._typed(name, codes, distinct.tolist(), known)) is not None:
            return column
        return self._of_texts(name, codes, [None if _empty(value) else str(value) for value in distinct], named)

    def _typed(self, name: str, codes: Int[Array, " row"], distinct: list[Any], known: list[Any]) -> Column | None:
        """The column of objects that are all truth values, numbers or dates."""
        if all(isinstance(value, bool | np.bool_) for value in known):
            places = np.array([*(-1 if _empty(value) else int(value) for value in distinct), -1])
            return truths(name, [None if place < 0 else bool(place) for place in places[codes]])
        if all(isinstance(value, int | float | np.number | Decimal) for value in known):
            floats = np.array([*(np.nan if _empty(value) else float(value) for value in distinct), np.nan])
            return numbers(name, floats[codes])
        if all(isinstance(value, date) for value in known):
            return self._dated(name, dates_of(pd.to_datetime(pd.Index(distinct), utc=True)), codes)
        return None

    def _of_texts(self, name: str, codes: Int[Array, " row"], names: list[str | None], named: bool) -> Column:
        known = [one for one in names if one is not None]
        gone = self._missing(name, known)
        kept = [one for one in known if one not in gone]
        if not named and kept and len(kept) == len(set(kept)):
            places = [place for place, one in enumerate(names) if one is not None and one not in gone]
            position = np.full(len(names) + 1, -1)
            position[places] = np.arange(len(places))
            if (number := numerals(kept, self.decimal)) is not None:
                self._note(name, number.note)
                return numbers(name, np.append(number.values, np.nan)[position[codes]])
            if (found := dates([one.strip() for one in kept])) is not None:
                return self._dated(name, found, position[codes])
        return categories(name, codes, [None if one in gone else one for one in names])

    def _missing(self, name: str, known: list[str]) -> set[str]:
        """The texts of a column that mean missing."""
        gone = {one for one in known if one.strip() in MISSING} if self.words and name not in self.values else set()
        others = [one for one in known if one not in gone]
        if gone == {"NA"} and len(others) > 1 and all(_is_code(one) for one in others):
            like = " and ".join(repr(one) for one in sorted(others)[:2])
            self._warn(
                name, f"'NA' is taken as a value, like {like}; where it means missing, declare it under data.missing"
            )
            return set()
        if gone:
            listed = ", ".join(repr(one) for one in sorted(gone))
            self._note(
                name, f"{listed} is taken as missing; where it is a value, declare an empty list under data.missing"
            )
        return gone

    def _dated(self, name: str, found: Dates, codes: Int[Array, " row"] | None = None) -> Column:
        self.dates.add(name)
        self._note(name, found.note)
        return Column(name, "numeric", found.days if codes is None else np.append(found.days, np.nan)[codes])

    def _several(self, name: str, kind: str) -> DataError:
        where = f"{self.where}, column {name!r}"
        return DataError("one value a cell", f"cells of type {kind}", where, "leave the column out")

    def _note(self, name: str, text: str) -> None:
        self.findings.append(Finding("note", name, text))

    def _warn(self, name: str, text: str) -> None:
        self.findings.append(Finding("warning", name, text))


def _inexact(series: nw.Series[Any]) -> bool:
    smallest, largest = series.min(), series.max()
    return largest is not None and max(abs(int(largest)), abs(int(smallest))) > EXACT


def _is_code(text: str) -> bool:
    return text.isalpha() and text.isupper() and _CODE[0] <= len(text) <= _CODE[1]


def _empty(value: Any) -> bool:
    """None, NaN and its like in pandas (which differ from themselves or cannot be compared), and blank text."""
    if isinstance(value, str):
        return not value.strip()
    return bool(pd.isna(value))
