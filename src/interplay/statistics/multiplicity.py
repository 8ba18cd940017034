"""Adjusted p values: many comparisons are made at once, and some would look harmful by chance."""

import numpy as np

from interplay.arrays import Array, Float


def holm(p_values: Float[Array, " test"]) -> Float[Array, " test"]:
    """Holm's step-down adjusted p values, which bound the chance of a single false discovery.

    adjusted of the i-th smallest of n = max over j <= i of min(1, (n - j + 1) p(j))

    `p_values` between 0 and 1, in any order, dependent in any way. Small adjusted values count as discoveries.

    Reference: Holm, 1979, "A simple sequentially rejective multiple test procedure".

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
        [0.03, 0.06, 0.06]

    Does not show: how large an effect is.
    """
    order = np.argsort(p_values)
    steps = (len(p_values) - np.arange(len(p_values))) * p_values[order]
    return _in_order(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def benjamini_hochberg(p_values: Float[Array, " test"]) -> Float[Array, " test"]:
    """Benjamini and Hochberg's step-up adjusted p values, which bound the expected share of false discoveries.

    adjusted of the i-th smallest of n = min over j >= i of min(1, n p(j) / j)

    `p_values` between 0 and 1, in any order, independent or positively dependent. Small adjusted values count as
    discoveries.

    Reference: Benjamini and Hochberg, 1995, "Controlling the false discovery rate".

    Example:
        >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
        [0.03, 0.04, 0.04]

    Does not show: which of the discoveries are the false ones.
    """
    order = np.argsort(p_values)
    steps = len(p_values) / np.arange(1, len(p_values) + 1) * p_values[order]
    return _in_order(np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0), order)


def _in_order(values: Float[Array, " test"], order: Array) -> Float[Array, " test"]:
    restored = np.empty_like(values)
    restored[order] = values
    return restored
