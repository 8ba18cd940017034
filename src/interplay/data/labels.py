"""The label: what is decided, as class numbers."""

from collections.abc import Mapping, Sequence

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.levels import levels, merged, position
from interplay.data.nearest import suggestion
from interplay.data.table import Column
from interplay.errors import DataError

MOST_CLASSES = 20
"""More distinct numbers than this look like a quantity, not like a decision."""


def classes(
    column: Column, merge: Mapping[str, Sequence[str]] | None = None
) -> tuple[Int[Array, " row"], tuple[str, ...]]:
    """The class of every row, and the class names: numbers in ascending, texts in alphabetical order.

    `merge` are new names with the label values that each joins. Raises DataError where a label is missing, all labels
    are one class, or the labels look like a quantity.

    Example:
        >>> from interplay.data.table import texts
        >>> codes, names = classes(texts("loan", ["yes", "no"]))
        >>> codes.tolist(), names
        ([1, 0], ('no', 'yes'))
    """
    where = f"label {column.name!r}"
    gone = int(column.missing.sum())
    if gone:
        first = int(np.argmax(column.missing)) + 1
        found = f"{gone} of {len(column.values)} missing, first in row {first}"
        raise DataError("a label in every row", found, where, "remove these rows, or give their labels")
    codes, names = merged(*levels(column), merge or {}, "data.classes")
    if len(names) < 2:
        raise DataError("at least two classes", f"only {names[0]!r}", where, "choose another label or more rows")
    if column.kind == "numeric" and len(names) > MOST_CLASSES:
        remedy = "cut it into classes first; predicting a quantity (regression) is not supported"
        raise DataError(f"at most {MOST_CLASSES} classes", f"{len(names)} different numbers", where, remedy)
    if len(names) > max(MOST_CLASSES, len(codes) // 10):
        found = f"{len(names)} different texts in {len(codes)} rows"
        raise DataError("classes with many rows each", found, where, "choose the column that holds the decision")
    return codes, names


def favourable(names: tuple[str, ...], declared: str | int | float | bool | None, where: str) -> int:
    """The position of the class a person hopes for; the last class when none is declared.

    Raises DataError with the nearest class where the declared one does not occur.
    """
    if declared is None:
        return len(names) - 1
    place = position(names, declared)
    if place is None:
        raise DataError("a class of the label", f"favourable = {declared!r}", where, suggestion(str(declared), names))
    return place
