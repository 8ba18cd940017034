"""The distinct values of a column as names, merging some of them, and finding the one a study means."""

from collections.abc import Mapping, Sequence

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.nearest import suggestion
from interplay.data.table import Column
from interplay.errors import DataError


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


def merged(
    codes: Int[Array, " row"], names: tuple[str, ...], merge: Mapping[str, Sequence[str]], where: str
) -> tuple[Int[Array, " row"], tuple[str, ...]]:
    """The same with some values joined under new names; `where` is the key of the study that says so.

    Raises DataError with the nearest value where one does not occur, is joined twice, or has a new name.

    Example:
        >>> codes, names = merged(np.array([0, 1, 2]), ("No", "Yes", "yes"), {"Yes": ("Yes", "yes")}, "data.classes")
        >>> codes.tolist(), names
        ([0, 1, 1], ('No', 'Yes'))
    """
    becomes: dict[int, str] = {}
    for new, joined in merge.items():
        for value in joined:
            place = position(names, value)
            if place is None:
                raise DataError("a value of the column", f"{value!r}", f"{where}.{new}", suggestion(value, names))
            if place in becomes:
                raise DataError("each value in one group", f"{value!r} in two", where, "remove it from one")
            becomes[place] = new
    clash = next((n for place, n in enumerate(names) if n in merge and place not in becomes), None)
    if clash is not None:
        remedy = f"add {clash!r} to the values it joins, or choose another name"
        raise DataError("new names", f"{clash!r}, also a value that is not merged", where, remedy)
    renamed = [becomes.get(place, name) for place, name in enumerate(names)]
    final = tuple(dict.fromkeys(renamed))
    return np.asarray([*(final.index(name) for name in renamed), -1], dtype=np.int64)[codes], final
