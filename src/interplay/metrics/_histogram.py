"""Weighted histograms of row values, for every member and draw."""

import numpy as np

from interplay.arrays import Array, Float, Int


def histograms(
    bins: Int[Array, "member row"], amounts: Float[Array, "member row"], weights: Float[Array, "draw row"], count: int
) -> Float[Array, "member bin draw"]:
    """The sum of weight times amount over the rows of each of `count` bins; an amount of zero leaves a row out."""
    by_row = np.ascontiguousarray(weights.T)
    found = np.zeros((len(bins), count, len(weights)))
    for member, (numbers, amount) in enumerate(zip(bins, amounts, strict=True)):
        rows = np.flatnonzero(amount)
        if len(rows) == 0:
            continue
        rows = rows[np.argsort(numbers[rows], kind="stable")]
        present, starts = np.unique(numbers[rows], return_index=True)
        found[member, present] = np.add.reduceat(by_row[rows] * amount[rows, None], starts, axis=0)
    return found
