"""Reading CSV files: what separates cells, what marks decimals, and which cells must stay as they are written."""

import re
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from interplay.data.cells import EXACT, MISSING, CellReader
from interplay.data.table import Table
from interplay.data.text import encoding_of, opened, refuse_undecodable
from interplay.errors import DataError

SUFFIXES = (".csv", ".tsv", ".txt")
_SAMPLED = 10_000
"""Rows among which codes with a leading zero are looked for, and lines that tell the decimal mark."""
_POINT, _COMMA = re.compile(r"[+-]?\d+\.\d+"), re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")


def read_csv(path: Path, names: Sequence[str] | None = None, values: Collection[str] = ()) -> Table:
    """Read a CSV file; `names` are the column names of a file without a header, `values` as for `read`.

    Raises DataError as `read` does.
    """
    encoding = encoding_of(path)
    try:
        layout = _layout(path, encoding, names)
        frame = layout.read(na_values=list(MISSING))
        kept = layout.as_written(frame)
    except UnicodeError:
        refuse_undecodable(path, encoding)
        raise
    except pd.errors.EmptyDataError:
        raise DataError("a header and rows", "an empty file", str(path), "check the file") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as problem:
        expected, found = "as many cells in each row as in the header", " ".join(str(problem).split())
        raise DataError(expected, found, str(path), "correct the row, or quote cells that hold the separator") from None
    columns = (nw.from_native(kept.get(place, frame[place]), series_only=True) for place in range(len(layout.header)))
    cells = CellReader(str(path), layout.decimal, words=True, values=values)
    return cells.table(zip(layout.header, columns, strict=True))


@dataclass(frozen=True)
class _Layout:
    """How a file is written: its encoding, its separator, its decimal mark ("" where no number tells it) and its header."""

    path: Path
    encoding: str
    separator: str
    decimal: str
    header: tuple[str, ...]
    headed: bool

    def read(self, **options: Any) -> pd.DataFrame:
        """The cells as pandas reads them; columns are numbered."""
        with warnings.catch_warnings(), opened(self.path, self.encoding) as lines:
            # pandas only warns where it drops the cells of overlong rows.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                lines,
                sep=self.separator,
                decimal=self.decimal or ".",
                names=list(range(len(self.header))),
                header=0 if self.headed else None,
                index_col=False,
                skipinitialspace=True,
                skip_blank_lines=len(self.header) > 1,
                keep_default_na=False,
                low_memory=False,
                **options,
            )

    def as_written(self, frame: pd.DataFrame) -> dict[int, pd.Series]:
        """The columns that have to be read as text, by place: codes with leading zeros, whole numbers that are too large
        for a float and were made one since a cell is missing, and texts among which "NA" may be a value.
        """
        places = [place for place in frame if _lossy(frame[place])]
        whole = [place for place in frame if frame[place].dtype.kind in "iu"]
        if whole:
            sample = self.read(usecols=whole, dtype=str, nrows=_SAMPLED, na_values=[""])
            places += [place for place in whole if sample[place].str.match(r"\s*0\d").any()]
        if not places:
            return {}
        again = self.read(usecols=sorted(places), dtype=str, na_values=[""])
        return {int(str(place)): again[place] for place in places}


def _lossy(column: pd.Series) -> bool:
    if column.dtype.kind == "f":
        largest = np.nanmax(np.abs(column.to_numpy()), initial=0.0)
        return bool(EXACT < largest < np.inf) and bool((column.dropna() % 1 == 0).all())
    return bool(column.isna().any()) and pd.api.types.infer_dtype(column, skipna=True) == "string"


def _layout(path: Path, encoding: str, names: Sequence[str] | None) -> _Layout:
    with opened(path, encoding) as lines:
        first = lines.readline()
        separator = "," if names else _separator(first)
        decimal = "" if separator == "," else _decimal(lines, separator)
    header = _header(path, encoding, separator) if names is None else list(names)
    return _Layout(path, encoding, separator, decimal, tuple(header), names is None)


def _separator(line: str) -> str:
    """A comma, unless the header has none of it and has another usual separator instead."""
    outside_quotes = "".join(line.split('"')[::2])
    return next((one for one in (",", ";", "\t", "|") if one in outside_quotes), ",")


def _decimal(lines: Any, separator: str) -> str:
    """The mark of decimals in the first lines; empty where no number tells it."""
    cells = {
        cell.strip().strip('"')
        for line, _ in zip(lines, range(_SAMPLED), strict=False)
        for cell in line.split(separator)
    }
    with_point = {cell for cell in cells if _POINT.fullmatch(cell)}
    with_comma = any(_COMMA.fullmatch(cell) for cell in cells)
    if with_comma and all(_THOUSANDS.fullmatch(cell) for cell in with_point):
        return ","
    return "." if with_point else ""


def _header(path: Path, encoding: str, separator: str) -> list[str]:
    with opened(path, encoding) as lines:
        first = pd.read_csv(
            lines, sep=separator, header=None, nrows=1, dtype=str, na_filter=False, skipinitialspace=True
        )
    names = [str(name) for name in first.iloc[0]]
    # A header whose last cell is empty ends in a separator; pandas reads it as one more column.
    return [name if name.strip() else f"unnamed {place}" for place, name in enumerate(names, start=1)]
