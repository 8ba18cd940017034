"""Weighted sums over rows, in total and by group, for every bootstrap draw at once.

Rows are sorted into cells: two rows of a cell are in the same group of every grouping. One product for each cell gives
all sums, since every group is made of whole cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Drawn

_AT_ONCE = 100_000
"""Numbers in one block of rows and draws: as many as stay near the processor in `Cells.sums_drawn`."""


@dataclass(frozen=True, eq=False)
class Sums:
    """A weighted sum for every member and draw, over all rows and over the rows of every group."""

    total: Float[Array, "member draw"]
    by_group: Mapping[str, Float[Array, "group member draw"]]


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows in the order of their cells, with their weights.

    `order` are the places of the rows among those asked for, `starts` where each cell starts (and the last one ends),
    `groups` the group of every cell in each grouping, -1 for none, and `counts` how many groups a grouping has.
    """

    order: Int[Array, " some"]
    starts: Int[Array, " edge"]
    groups: Mapping[str, Int[Array, " cell"]]
    counts: Mapping[str, int]
    weights: Float[Array, "some draw"]

    def sums(self, amounts: Float[Array, "member some"]) -> Sums:
        """The sum of weight times amount, for amounts in the order of the cells."""
        found = self._nothing(len(amounts))
        for cell, (start, stop) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            self._add(found, cell, slice(None), amounts[:, start:stop] @ self.weights[start:stop])
        return found

    def sums_drawn(self, values: Drawn, use: Bool[Array, "member some"]) -> Sums:
        """The same for values that depend on the draw, over the rows in use, in the order of the cells.

        Rows with the same value in every draw are summed as plain amounts; only the others, a few in a hundred where a
        limit moves, are worked out draw by draw.
        """
        amounts, varies = values.shared()
        varies = varies & use
        found = self.sums(np.where(use & ~varies, amounts, 0.0))
        at_once = max(1, _AT_ONCE // self.weights.shape[1])
        for member, here in enumerate(varies):
            rows = np.flatnonzero(here)  # in the order of cells
            for start in range(0, len(rows), at_once):
                some = rows[start : start + at_once]
                held = self.weights[some] * values.of(member, some)
                cells, first = np.unique(np.searchsorted(self.starts, some, side="right") - 1, return_index=True)
                for cell, part in zip(cells, np.add.reduceat(held, first, axis=0), strict=True):
                    self._add(found, cell, member, part)
        return found

    def _nothing(self, members: int) -> Sums:
        draws = self.weights.shape[1]
        return Sums(
            np.zeros((members, draws)), {name: np.zeros((count, members, draws)) for name, count in self.counts.items()}
        )

    def _add(self, found: Sums, cell: int, member: int | slice, part: Float[Array, "*any draw"]) -> None:
        found.total[member] += part
        for name, groups in self.groups.items():
            if groups[cell] >= 0:
                found.by_group[name][groups[cell], member] += part


def cells(
    rows: Int[Array, " some"],
    kept: Bool[Array, " some"],
    codes: Mapping[str, Int[Array, " row"]],
    counts: Mapping[str, int],
    weights: Float[Array, "draw row"],
) -> Cells:
    """Sort the kept ones of some rows of a table into cells.

    `codes` are the groups of every row of the table in each grouping, `counts` how many there are.

    Example:
        >>> groups = {"sex": np.array([0, 1, 0])}
        >>> found = cells(np.arange(3), np.ones(3, dtype=bool), groups, {"sex": 2}, np.array([[1.0, 1.0, 1.0]]))
        >>> sums = found.sums(np.array([[1.0, 2.0, 4.0]])[:, found.order])
        >>> sums.total.tolist(), sums.by_group["sex"].tolist()
        ([[7.0]], [[[5.0]], [[2.0]]])

    Does not show: which rows share a cell of several groupings; only sums by one grouping are kept.
    """
    places = np.flatnonzero(kept)
    number = np.zeros(len(places), dtype=np.int64)
    for name, code in codes.items():
        # Made small again after each grouping, so that the numbers cannot overflow.
        number = np.unique(number * (counts[name] + 1) + code[rows[places]] + 1, return_inverse=True)[1]
    by_cell = np.argsort(number, kind="stable")
    order, sizes = places[by_cell], np.bincount(number)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    here = rows[order]
    groups = {name: code[here[starts[:-1]]] for name, code in codes.items()}
    return Cells(order, starts, groups, counts, np.ascontiguousarray(weights[:, here].T))
