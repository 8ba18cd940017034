"""Numbers that seem to stand for "missing": -999 among months, -1 among days."""

import numpy as np

from interplay.data.table import Column

_LOW = (-1.0, -9.0, -88.0, -99.0, -888.0, -999.0, -8888.0, -9999.0, -99_999.0, -999_999.0)
_HIGH = (888.0, 999.0, 8888.0, 9999.0, 99_999.0, 999_999.0, 9_999_999.0, 99_999_999.0, 999_999_999.0)
_FEWEST = 5
_SHARE = 0.005
_OTHERS = 5
"""With fewer other values a -1 may be one side of a scale."""
_APART = 2.0
"""A high one is at least so many times the largest other number."""


def sentinels(column: Column) -> tuple[float, ...]:
    """The values of a numeric column that seem to stand for "missing", in ascending order; infinite ones first and last.

    A low one (-1, -9, -99, -999 and the like) is the smallest value, and the only negative one besides others of the
    kind; a high one (999, 9999 and the like) is at least twice the largest other value. Either fills half a per cent of
    the rows, and five.

    Example:
        >>> from interplay.data.table import numbers
        >>> sentinels(numbers("months", [-999.0] * 5 + [3.0, 40.0, 12.0]))
        (-999.0,)

    Does not show: a 0 or a 99 that means "unknown" among values that reach as far.
    """
    if column.kind != "numeric":
        return ()
    known = column.known
    infinite = tuple(value for value in (-np.inf, np.inf) if (known == value).any())
    finite = known[np.isfinite(known)] if infinite else known
    if not len(finite) or not (finite.min() in _LOW or finite.max() in _HIGH):
        return infinite
    values, counts = np.unique(finite, return_counts=True)
    frequent = set(values[counts >= max(_FEWEST, _SHARE * len(column.values))].tolist())
    low = [value for value in _LOW if value in frequent] if set(values[values < 0].tolist()) <= set(_LOW) else []
    high = [value for value in _HIGH if value in frequent]
    others = values[~np.isin(values, [*low, *high])]
    apart = [value for value in high if len(others) and value >= _APART * max(float(others.max()), 1.0)]
    below = [value for value in low if len(others) >= (_OTHERS if value > -10 else 1)]
    return tuple(sorted((*infinite, *below, *apart)))
