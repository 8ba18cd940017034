"""Values that stand for "missing": a study names them, and they become missing."""

from collections.abc import Sequence

import numpy as np

from interplay.arrays import Array, Bool
from interplay.data.levels import levels
from interplay.data.table import Column, numbers, texts

ROUNDING = 1e-7
"""A number matches within the rounding of a 32-bit float, in which many published tables were stored."""


def without(column: Column, values: Sequence[int | float | str]) -> tuple[Column, int]:
    """The column with these values made missing, and in how many rows.

    A column of texts becomes numeric when all that is left are numbers, so that a single "unknown" does not turn a
    column of numbers into categories.

    Example:
        >>> column, rows = without(texts("income", ["31", "unknown", "54"]), ["unknown"])
        >>> column.kind, column.values.tolist(), rows
        ('numeric', [31.0, nan, 54.0], 1)
    """
    gone = _matches(column, values)
    if column.kind == "numeric":
        return numbers(column.name, np.where(gone, np.nan, column.values)), int(gone.sum())
    codes = np.where(gone, -1, column.values)
    left = Column(column.name, column.kind, codes, column.categories)
    return left if column.kind == "boolean" else _tidy(left), int(gone.sum())


def _matches(column: Column, values: Sequence[int | float | str]) -> Bool[Array, " row"]:
    gone = np.zeros(len(column.values), dtype=bool)
    for value in values:
        if column.kind != "numeric":
            gone |= np.isin(column.values, [i for i, name in enumerate(column.categories) if name == str(value)])
        elif (number := _plain_number(str(value))) is not None:
            gone |= np.isclose(column.values, number, rtol=ROUNDING, atol=0.0)
    return gone


def _tidy(column: Column) -> Column:
    codes, names = levels(column)
    as_numbers = [_plain_number(name) for name in names]
    if names and None not in as_numbers:
        known = np.asarray([*as_numbers, np.nan], dtype=np.float64)
        return numbers(column.name, known[codes])
    return texts(column.name, [None if code < 0 else names[code] for code in codes])


def _plain_number(text: str) -> float | None:
    """A number as people write it, or "inf" with or without a sign; float() would also take "nan" and "1_000"."""
    try:
        value = float(text)
    except ValueError:
        return None
    return None if np.isnan(value) or "_" in text else value
