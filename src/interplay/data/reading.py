"""Reading tables: CSV and Parquet files, and frames of pandas, polars or Arrow."""

import zlib
from collections.abc import Collection
from lzma import LZMAError
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import narwhals as nw
import pandas as pd
from narwhals.exceptions import DuplicateError

from interplay.data.cells import CellReader
from interplay.data.csv_file import SUFFIXES, read_csv
from interplay.data.nearest import suggestion
from interplay.data.table import Table
from interplay.data.text import PACKED
from interplay.errors import DataError

_PARQUET = (".parquet", ".pq")
_BROKEN = (EOFError, zlib.error, LZMAError, BadZipFile, OSError)


def read(source: Any, values: Collection[str] = ()) -> Table:
    """Read a table from a path (CSV, compressed CSV, Parquet) or from a pandas, polars or Arrow frame.

    Numbers are numeric, unless all are 0 or 1 (boolean); dates are days; texts are categorical, unless all are numbers
    written with separators, per cent signs or currencies (`interplay.data.numerals`). Empty cells, "NA" and "null" are
    missing; in the columns among `values` only empty ones are. CSV files are UTF-8, or UTF-16 with a byte order mark; the
    separator is a comma, or what the header uses instead (semicolon, tab). What was decided is among the table's findings.

    Raises DataError where the file is missing, unreadable, in another encoding, ragged, without rows, or has two different
    columns of one name.

    Example:
        >>> read(pd.DataFrame({"age": [31, 54], "region": ["north", None]})).column("region").values.tolist()
        [0, -1]
    """
    if isinstance(source, str | Path):
        return _read_file(Path(source), values)
    return _read_frame(source, "the frame")


def _read_file(path: Path, values: Collection[str]) -> Table:
    if not path.exists():
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError("a file", "none", str(path), suggestion(path.name, sorted(beside)))
    suffix = path.with_suffix("").suffix.lower() if path.suffix.lower() in PACKED else path.suffix.lower()
    if path.is_dir() or suffix not in SUFFIXES + _PARQUET:
        found = "a folder" if path.is_dir() else f"a file ending in {''.join(path.suffixes) or 'nothing'}"
        kinds = ", ".join(SUFFIXES + _PARQUET)
        raise DataError("a table file", found, str(path), f"use {kinds}; CSV may be packed ({', '.join(PACKED)})")
    try:
        return _read_parquet(path) if suffix in _PARQUET else read_csv(path, values=values)
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


def _read_frame(source: Any, where: str) -> Table:
    names = [str(name) for name in source.columns] if isinstance(source, pd.DataFrame) else None
    try:
        # Pandas frames may repeat a name; numbers in place of names do not.
        frame = nw.from_native(source if names is None else source.set_axis(range(len(names)), axis=1))
    except TypeError:
        remedy = "give a path, or a frame of pandas, polars or Arrow"
        raise DataError("a path or a frame", type(source).__name__, where, remedy) from None
    except DuplicateError as problem:
        found = " ".join(str(problem).split())
        raise DataError("column names that differ", found, where, "rename or remove the repeated columns") from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    named = names or [str(name) for name in eager.columns]
    return CellReader(where).table(zip(named, eager.iter_columns(), strict=True))
