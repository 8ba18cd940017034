"""What a table holds, whatever a study makes of it."""

import hashlib

import numpy as np

from interplay.arrays import Array
from interplay.data.table import Table


def content(table: Table) -> str:
    """SHA-256 of the names and values of all columns, in hexadecimal; features, groups and label do not count.

    Example:
        >>> from interplay.data.table import numbers, table
        >>> ages = table([numbers("age", [31.0, 54.0])], "example")
        >>> content(ages) == content(table([numbers("age", [31.0, 54.0])], "elsewhere"))
        True
        >>> content(ages) == content(table([numbers("age", [54.0, 31.0])], "example"))
        False

    Does not show: that two tables hold the same people in another order, or with a column more.
    """
    digest = hashlib.sha256()
    for column in table.columns.values():
        digest.update(repr((column.name, column.kind, column.categories)).encode("utf-8", "surrogatepass"))
        digest.update(as_bytes(column.values))
    return digest.hexdigest()


def as_bytes(values: Array) -> memoryview:
    """The values of a column, the same on every machine."""
    if values.dtype.kind != "f":
        return np.ascontiguousarray(values, dtype="<i8").view(np.uint8).data
    # There are many NaNs and two zeros; each counts as one value.
    plain, missing = values + 0.0, np.isnan(values)
    if missing.any():
        plain[missing] = np.nan
    return np.ascontiguousarray(plain, dtype="<f8").view(np.uint8).data
