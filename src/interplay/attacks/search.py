"""Search without gradients: adversarial rows for any model that gives scores, by trying ends of what can be moved."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Float, Int

QUERIES, AT_ONCE = 400, 8
"""Scores asked for each row, and moves that are tried in one call."""
_HOME = 0.1
"""How often a column that is tried goes back to where it was."""

Excess = Callable[[Float[Array, "row column"]], Float[Array, " row"]]
"""How far another label is ahead of the row's own; above 0 the decision is wrong."""


def search(
    excess: Excess,
    origin: Float[Array, "row column"],
    low: Float[Array, "row column"],
    high: Float[Array, "row column"],
    chance: np.random.Generator,
    queries: int = QUERIES,
) -> Float[Array, "row column"]:
    """The rows with the largest excess found within low <= row <= high, by asking for so many scores a row.

    First every column that can move goes to either end, alone; then ends that helped are tried together, all of them
    and the best few; then random sets of columns, fewer and fewer, jump to an end, anywhere between or back, and what is
    not worse is kept. No row is left alone once its decision is wrong: what reads the scores wants the worst row.

    `excess` is given several versions of all rows at once, one after the other, and gives one number for each; `origin`
    holds the rows, and a column that cannot move has low = high.

    Reference: Andriushchenko et al. (2020), "Square attack", for random search; the moves for tables are our own.

    Example:
        >>> rows = np.zeros((1, 3))
        >>> found = search(lambda x: x @ np.array([1.0, -2.0, 0.5]), rows, rows - 1, rows + 1, np.random.default_rng(0))
        >>> found.tolist()
        [[1.0, -1.0, 1.0]]

    Does not show: that no worse row exists. On trees with many columns it finds nine in ten of what can be broken.
    """
    best, most = origin.copy(), excess(origin)
    columns = np.flatnonzero((high > low).any(axis=0))
    if not len(columns):
        return best
    gains = np.full((2, len(origin), len(columns)), -np.inf)
    start = most.copy()
    for place, column in enumerate(columns):
        tried = np.repeat(origin[None], 2, axis=0)
        tried[0, :, column], tried[1, :, column] = low[:, column], high[:, column]
        values = _of_each(excess, tried)
        gains[:, :, place] = values - start
        best, most = _best_kept(best, most, tried, values)
    ends = np.where(gains[0] >= gains[1], low[:, columns], high[:, columns])
    gain = gains.max(axis=0)
    order = np.argsort(-gain, axis=1, kind="stable")
    for count in sorted({len(columns), max(len(columns) // 2, 2), 3, 2}):
        moved, chosen = origin.copy(), order[:, :count]
        helped = np.take_along_axis(gain, chosen, axis=1) > 0
        new = np.where(
            helped, np.take_along_axis(ends, chosen, axis=1), np.take_along_axis(origin[:, columns], chosen, axis=1)
        )
        np.put_along_axis(moved, columns[chosen], new, axis=1)
        best, most = _kept(best, most, moved, excess(moved))
    left = max(queries - 2 * len(columns) - 4, 0) // AT_ONCE
    for call in range(left):
        size = max(1, round(len(columns) / 2 * (1 - call / left)))
        tried = np.stack([_jumped(best, origin, low, high, columns, size, chance) for _ in range(AT_ONCE)])
        best, most = _best_kept(best, most, tried, _of_each(excess, tried))
    return best


def _of_each(excess: Excess, tried: Float[Array, "version row column"]) -> Float[Array, "version row"]:
    """The excess of every version of every row, asked for in one call."""
    versions, rows, columns = tried.shape
    return np.asarray(excess(tried.reshape(versions * rows, columns))).reshape(versions, rows)


def _best_kept(
    best: Float[Array, "row column"],
    most: Float[Array, " row"],
    tried: Float[Array, "version row column"],
    values: Float[Array, "version row"],
) -> tuple[Float[Array, "row column"], Float[Array, " row"]]:
    """The best version of every row, where it is not worse than what is known."""
    first = values.argmax(axis=0)
    return _kept(best, most, tried[first, np.arange(len(best))], values.max(axis=0))


def _kept(
    best: Float[Array, "row column"],
    most: Float[Array, " row"],
    moved: Float[Array, "row column"],
    found: Float[Array, " row"],
) -> tuple[Float[Array, "row column"], Float[Array, " row"]]:
    """What is not worse: where scores are flat, a search that only keeps what is better stands still."""
    better = found >= most
    return np.where(better[:, None], moved, best), np.where(better, found, most)


def _jumped(
    best: Float[Array, "row column"],
    origin: Float[Array, "row column"],
    low: Float[Array, "row column"],
    high: Float[Array, "row column"],
    columns: Int[Array, " movable"],
    size: int,
    chance: np.random.Generator,
) -> Float[Array, "row column"]:
    """The rows with some columns moved: to an end, anywhere between, or back."""
    shape = len(best), len(columns)
    chosen = np.argsort(chance.random(shape), axis=1)[:, :size]
    at = columns[chosen]
    lows, highs, homes = (np.take_along_axis(some, at, axis=1) for some in (low, high, origin))
    kind, between = chance.random(at.shape), chance.random(at.shape)
    new = np.where(kind < 0.4, lows, np.where(kind < 0.8, highs, lows + between * (highs - lows)))
    moved = best.copy()
    np.put_along_axis(moved, at, np.where(kind > 1 - _HOME, homes, new), axis=1)
    return moved
