"""The distinct values of a column as names, and finding the one a study means."""

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.table import Column


def as_text(value: int | float) -> str:
    """A number as a person writes it.

    Example:
        >>> as_text(3.0), as_text(0.5)
        ('3', '0.5')
    """
    return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))


def levels(column: Column) -> tuple[Int[Array, " row"], tuple[str, ...]]:
    """The position of every row's value in the names of the values that occur (-1 where missing), and those names.

    Numbers are in ascending order, categories in the order of the column.

    Example:
        >>> from interplay.data.table import numbers
        >>> codes, names = levels(numbers("rooms", [3.0, 2.0, float("nan")]))
        >>> codes.tolist(), names
        ([1, 0, -1], ('2', '3'))
    """
    codes = np.full(len(column.values), -1, dtype=np.int64)
    known = ~column.missing
    distinct, codes[known] = np.unique(column.values[known], return_inverse=True)
    names = (as_text(value) if column.kind == "numeric" else column.categories[int(value)] for value in distinct)
    return codes, tuple(names)


def position(names: tuple[str, ...], value: str | int | float | bool) -> int | None:
    """The position of the value a study means, or None.

    Numbers match however they are written ("1", 1, 1.0), and truth values match "true", "True" and 1.

    Example:
        >>> position(("0", "1"), 1.0), position(("false", "true"), True), position(("no", "yes"), "maybe")
        (1, 1, None)
    """
    texts = [str(value)]
    if isinstance(value, bool):
        texts += [str(value).lower(), str(value).upper(), str(int(value))]
    elif isinstance(value, int | float):
        texts.append(as_text(value))
    for text in texts:
        if text in names:
            return names.index(text)
    wanted = _number(str(value))
    numbers = [_number(name) for name in names]
    return numbers.index(wanted) if wanted is not None and wanted in numbers else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
