"""Reading tables: CSV and Parquet files, and frames of pandas, polars or Arrow."""

import warnings
import zlib
from collections.abc import Sequence
from lzma import LZMAError
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.exceptions import DuplicateError

from interplay.data.nearest import suggestion
from interplay.data.table import Column, Table, numbers, table, texts, truths
from interplay.data.text import PACKED, encoding_of, opened
from interplay.errors import DataError

MISSING = ("", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaN", "nan", "NULL", "null")
"""What an empty cell of a CSV file may look like. "None" is left out: it is an answer in many forms."""

_CSV = (".csv", ".tsv", ".txt")
_PARQUET = (".parquet", ".pq")
_BROKEN = (EOFError, zlib.error, LZMAError, BadZipFile, OSError)


def read(source: Any) -> Table:
    """Read a table from a path (CSV, compressed CSV, Parquet) or from a pandas, polars or Arrow frame.

    Numbers are numeric, unless all are 0 or 1 (boolean); texts are categorical. Empty cells, "NA" and "null" are
    missing. CSV files are UTF-8, or UTF-16 with a byte order mark; the separator is a comma, or what the header uses
    instead (semicolon, tab).

    Raises DataError where the file is missing, unreadable, in another encoding, ragged, without rows, or repeats a
    column name.

    Example:
        >>> read(pd.DataFrame({"age": [31, 54], "region": ["north", None]})).column("region").values.tolist()
        [0, -1]
    """
    if isinstance(source, str | Path):
        return _read_file(Path(source))
    return _read_frame(source, "the frame")


def _read_file(path: Path) -> Table:
    if not path.exists():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError("a file", "none", str(path), suggestion(path.name, sorted(beside)))
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()
    if path.is_dir() or suffix not in _CSV + _PARQUET:
        found = "a folder" if path.is_dir() else f"a file ending in {''.join(path.suffixes) or 'nothing'}"
        kinds = ", ".join(_CSV + _PARQUET)
        raise DataError("a table file", found, str(path), f"use {kinds}; CSV may be packed ({', '.join(PACKED)})")
    try:
        return _read_parquet(path) if suffix in _PARQUET else read_csv(path)
    except _BROKEN as problem:
        raise DataError(
            "a readable file", f"{type(problem).__name__}: {problem}", str(path), "check the file"
        ) from None


def _read_parquet(path: Path) -> Table:
    try:
        return _read_frame(pd.read_parquet(path), str(path))
    except ImportError:
        remedy = 'pip install "pyarrow", or save the table as CSV'
        raise DataError("pyarrow for Parquet files", "it is not installed", str(path), remedy) from None
    except ValueError as problem:
        raise DataError("a Parquet file", str(problem), str(path), "write the file again") from None


def read_csv(path: Path, names: Sequence[str] | None = None) -> Table:
    """Read a CSV file; `names` are the column names of a file without a header.

    Raises DataError as `read` does.
    """
    encoding = encoding_of(path)
    try:
        with opened(path, encoding) as lines:
            separator = "," if names else _separator(lines.readline())
        header = _header(path, encoding, separator) if names is None else list(names)
        with warnings.catch_warnings(), opened(path, encoding) as lines:
            # pandas only warns where it drops the cells of overlong rows.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                lines,
                sep=separator,
                names=list(range(len(header))),
                header=None if names else 0,
                index_col=False,
                skipinitialspace=True,
                skip_blank_lines=len(header) > 1,
                na_values=list(MISSING),
                keep_default_na=False,
                low_memory=False,
            )
    except pd.errors.EmptyDataError:
        raise DataError("a header and rows", "an empty file", str(path), "check the file") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as problem:
        expected, found = "as many cells in each row as in the header", " ".join(str(problem).split())
        raise DataError(expected, found, str(path), "correct the row, or quote cells that hold the separator") from None
    return _columns(nw.from_native(frame, eager_only=True), header, str(path))


def _separator(line: str) -> str:
    """A comma, unless the header has none of it and has another usual separator instead."""
    outside_quotes = "".join(line.split('"')[::2])
    return next((one for one in (",", ";", "\t", "|") if one in outside_quotes), ",")


def _header(path: Path, encoding: str, separator: str) -> list[str]:
    with opened(path, encoding) as lines:
        first = pd.read_csv(
            lines, sep=separator, header=None, nrows=1, dtype=str, na_filter=False, skipinitialspace=True
        )
    names = [str(name) for name in first.iloc[0]]
    # A header whose last cell is empty ends in a separator; pandas reads it as one more column.
    return [name if name.strip() else f"unnamed {place}" for place, name in enumerate(names, start=1)]


def _read_frame(source: Any, where: str) -> Table:
    try:
        frame = nw.from_native(source)
    except TypeError:
        remedy = "give a path, or a frame of pandas, polars or Arrow"
        raise DataError("a path or a frame", type(source).__name__, where, remedy) from None
    except DuplicateError as problem:
        found = " ".join(str(problem).split())
        raise DataError("column names that differ", found, where, "rename or remove the repeated columns") from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return _columns(eager, [str(name) for name in eager.columns], where)


def _columns(frame: nw.DataFrame[Any], names: Sequence[str], where: str) -> Table:
    if not frame.columns:
        raise DataError("at least one column", "none", where, "give a table with a header and rows")
    pairs = zip(names, frame.iter_columns(), strict=True)
    return table((_column(name, series, where) for name, series in pairs), where)


def _column(name: str, series: nw.Series[Any], where: str) -> Column:
    dtype = series.dtype
    if dtype.is_numeric():
        return numbers(name, series.cast(nw.Float64()).to_numpy())
    if dtype.is_nested() or dtype == nw.Binary:
        raise DataError(
            "one value a cell", f"cells of type {dtype}", f"{where}, column {name!r}", "leave the column out"
        )
    values = [None if _empty(value) else value for value in series.to_list()]
    known = [value for value in values if value is not None]
    if dtype not in (nw.Categorical, nw.Enum) and known:
        if all(isinstance(value, bool) for value in known):
            return truths(name, values)
        if all(isinstance(value, int | float | np.number) for value in known):
            return numbers(name, [np.nan if value is None else float(value) for value in values])
    if not known:
        return numbers(name, np.full(len(values), np.nan))
    return texts(name, [None if value is None else str(value) for value in values])


def _empty(value: Any) -> bool:
    """None, NaN and its like in pandas (which differ from themselves or cannot be compared), and blank text."""
    if isinstance(value, str):
        return not value.strip()
    return bool(pd.isna(value))
