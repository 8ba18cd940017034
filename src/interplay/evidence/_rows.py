"""The rows a metric averages over."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.groups import Grouping
from interplay.sums import Cells, cells


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows a metric averages over.

    `labels` are class numbers; `favourable` is the class a person hopes for; `counted` says which rows are evaluated for
    which member (test rows for all, and under 10,000 rows also the pool rows the member did not train on); `weights` are
    row-bootstrap weights, draw 0 all ones; `minimum_support` is the smallest denominator a group may have. `clusters`
    numbers the cluster of every row, whose rows share their weights and count once in every denominator: rows of one
    person, or equal in every feature. None where every row is its own.
    """

    labels: Int[Array, " row"]
    groupings: Mapping[str, Grouping]
    counted: Bool[Array, "member row"]
    weights: Float[Array, "draw row"]
    classes: int = 2
    favourable: int = 1
    minimum_support: int = 1
    clusters: Int[Array, " row"] | None = None

    @property
    def counted_in(self) -> str:
        """What denominators count, in words."""
        return "rows" if self.clusters is None else "rows (those of one person or equal in every feature count once)"

    def distinct(self, which: Bool[Array, " some"], rows: Int[Array, " some"] | None = None) -> int:
        """How many different rows these are: one for each cluster. `rows` are their positions, all when None."""
        if self.clusters is None:
            return int(which.sum())
        return len(np.unique((self.clusters if rows is None else self.clusters[rows])[which]))

    def cells(self, rows: Int[Array, " some"] | None = None) -> Cells:
        """The counted ones of these rows (of all rows when None) with their weights, kept for the next time."""
        key = None if rows is None else rows.tobytes()
        if key not in self._cells:
            asked = np.arange(len(self.labels)) if rows is None else rows
            codes = {name: grouping.codes for name, grouping in self.groupings.items()}
            counts = {name: len(grouping.names) for name, grouping in self.groupings.items()}
            kept = np.asarray(self.counted[:, asked].any(axis=0))
            self._cells[key] = cells(asked, kept, codes, counts, self.weights)
        return self._cells[key]

    @cached_property
    def _cells(self) -> dict[bytes | None, Cells]:
        return {}
