"""Weighted sums over rows, in total and by group, for every bootstrap draw at once.

Rows are sorted into cells: two rows of a cell are in the same group of every grouping. One product for each cell gives
all sums, since every group is made of whole cells.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int

_AT_ONCE = 2_000_000
"""Numbers in one block of rows and draws; bounds the memory of `Cells.sums_within`."""


@dataclass(frozen=True, eq=False)
class Sums:
    """A weighted sum for every member and draw, over all rows and over the rows of every group."""

    total: Float[Array, "member draw"]
    by_group: Mapping[str, Float[Array, "group member draw"]]


@dataclass(frozen=True, eq=False)
class Within:
    """Row values that depend on the draw: how many of a row's scores lie within the limit of its part.

    value(member, draw, row) = number of scores(member, row) with score <= limit(member, draw, part(row)), < if `strict`
    """

    scores: Float[Array, "member some score"]
    limits: Float[Array, "member draw part"]
    part: Int[Array, " some"]
    strict: bool = False

    def at(self, order: Int[Array, " few"]) -> "Within":
        """The values of some rows."""
        return Within(self.scores[:, order], self.limits, self.part[order], self.strict)


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

    def sums_within(self, values: Within, use: Bool[Array, "member some"]) -> Sums:
        """The same for values that depend on the draw, over the rows in use, in the order of the cells.

        A score below every draw's limit counts in all draws, one above every limit in none; only those in between, a
        few in a hundred, are compared draw by draw.
        """
        inside = operator.lt if values.strict else operator.le
        always = inside(values.scores, values.limits.min(axis=1)[:, values.part, None])
        sometimes = inside(values.scores, values.limits.max(axis=1)[:, values.part, None]) & ~always & use[..., None]
        found = self.sums((always.sum(axis=2) * use).astype(np.float64))
        at_once = max(1, _AT_ONCE // self.weights.shape[1])
        for member, (scores, limits) in enumerate(zip(values.scores, values.limits, strict=True)):
            # In the order of rows, and so of cells.
            rows, numbers = np.nonzero(sometimes[member])
            for start in range(0, len(rows), at_once):
                some = rows[start : start + at_once]
                given = scores[some, numbers[start : start + at_once], None]
                held = self.weights[some] * inside(given, limits.T[values.part[some]])
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
