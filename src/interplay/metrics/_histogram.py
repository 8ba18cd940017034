"""Weighted histograms of row values, for every member and draw."""

import numpy as np

from interplay.arrays import Array, Float, Int


def histograms(
    bins: Int[Array, "member row"], amounts: Float[Array, "member row"], weights: Float[Array, "draw row"], count: int
) -> Float[Array, "member bin draw"]:
    """The sum of weight times amount over the rows of each of `count` bins; an amount of zero leaves a row out."""
    from scipy.sparse import csr_array  # takes time that a question about a finished run does not have

    used = np.flatnonzero(amounts.any(axis=0))
    by_row = np.ascontiguousarray(weights[:, used].T)
    found = np.zeros((len(bins), count, len(weights)))
    for member, (numbers, amount) in enumerate(zip(bins[:, used], amounts[:, used], strict=True)):
        rows = np.flatnonzero(amount)
        # A matrix of one entry a row: its product adds up rows of weights and makes no copy of them.
        found[member] = csr_array((amount[rows], (numbers[rows], rows)), shape=(count, len(used))) @ by_row
    return found
