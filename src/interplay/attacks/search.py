"""Search without gradients: adversarial rows for any model that gives scores, by moves that rows learn from each other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float, Int

QUERIES, AT_ONCE = 400, 8
"""Scores asked for each row, and moves that are tried in one call."""
_END, _HOME = 0.05, 0.1
"""How often a column that is tried goes to either end, and back to where it was."""

Excess = Callable[[Float[Array, "row column"]], Float[Array, " row"]]
"""How far another label is ahead of the row's own; above 0 the decision is wrong."""


def search(
    excess: Excess,
    origin: Float[Array, "row column"],
    low: Float[Array, "row column"],
    high: Float[Array, "row column"],
    labels: Int[Array, " row"],
    chance: np.random.Generator,
    queries: int = QUERIES,
) -> Float[Array, "row column"]:
    """The rows with the largest excess found within low <= row <= high, by asking for so many scores a row.

    First every column that can move goes to either end, alone; then ends that helped are tried together, all of them
    and the best few; then random sets of columns, fewer and fewer, are moved, and what is not worse is kept. Mostly a column
    takes the value that it has in the best version so far of another row of the same label, drawn by lot: steps of trees lie at
    the same values for all rows, and a narrow one that a single row has met is soon tried by all that can reach it. Where that
    value is out of reach, or the row's own, the column goes anywhere between its ends. No row is left alone once its decision
    is wrong: what reads the scores wants the worst row.

    `excess` is given several versions of all rows at once, one after the other, and gives one number for each; `origin`
    holds the rows, and a column that cannot move has low = high. What is found for a row depends on the rows beside it: models
    are compared on the same rows. A row by itself is searched by chance alone.

    Reference: Andriushchenko et al. (2020), "Square attack", for random search; Storn and Price (1997), "Differential
    evolution", for versions that take values of others; the moves for tables are our own.

    Example:
        >>> rows = np.zeros((1, 3))
        >>> slopes, chance = np.array([1.0, -2.0, 0.5]), np.random.default_rng(0)
        >>> search(lambda x: x @ slopes, rows, rows - 1, rows + 1, np.zeros(1), chance).tolist()
        [[1.0, -1.0, 1.0]]

    Does not show: that no worse row exists. Of boosted trees and forests on tables with ten movable columns it finds most of what
    can be broken, and with few rows less, since there is less to learn.
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
    moves = _Moves(origin[:, columns], low[:, columns], high[:, columns], labels, chance)
    for call in range(left):
        size = max(1, round(len(columns) / 2 * (1 - call / left)))
        tried = np.repeat(best[None], AT_ONCE, axis=0)
        tried[:, :, columns] = moves.of(best[:, columns], size)
        best, most = _best_kept(best, most, tried, _of_each(excess, tried))
    return best


@dataclass(frozen=True, eq=False)
class _Moves:
    """The columns that can move, at home and at either end, and the label of every row."""

    home: Float[Array, "row movable"]
    low: Float[Array, "row movable"]
    high: Float[Array, "row movable"]
    labels: Int[Array, " row"]
    chance: np.random.Generator

    def of(self, best: Float[Array, "row movable"], size: int) -> Float[Array, "version row movable"]:
        """Versions with so many columns moved: mostly to where another row stands, or anywhere, to an end, or back."""
        shape = AT_ONCE, *best.shape
        others = best[alike(self.labels, self.labels, shape, self.chance), np.arange(shape[2])]
        useful = (others >= self.low) & (others <= self.high) & (others != best)
        anywhere = self.low + self.chance.random(shape) * (self.high - self.low)
        kind = self.chance.random(shape)
        elsewhere = np.where(useful, others, anywhere)
        ends = np.where(kind < _END, self.low, np.where(kind < 2 * _END, self.high, elsewhere))
        chosen = np.argsort(np.argsort(self.chance.random(shape), axis=2), axis=2) < size
        return np.where(chosen, np.where(kind > 1 - _HOME, self.home, ends), best)


def alike(
    labels: Int[Array, " row"],
    givers: Int[Array, " giver"],
    shape: tuple[int, int, int],
    chance: np.random.Generator,
) -> Int[Array, "version row movable"]:
    """For every cell a giver with the label of the row, drawn by lot; -1 where there is none. `givers` are their labels.

    Example:
        >>> alike(np.array([1, 0, 2]), np.array([0, 2]), (1, 3, 2), np.random.default_rng(0)).tolist()
        [[[-1, -1], [0, 0], [1, 1]]]
    """
    order = np.argsort(givers, kind="stable")
    first, last = (np.searchsorted(givers[order], labels, side=side)[:, None] for side in ("left", "right"))
    drawn = first + (chance.random(shape) * (last - first)).astype(np.int64)
    return np.where(last > first, np.append(order, -1)[drawn], -1)


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
