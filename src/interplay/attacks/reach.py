"""What an attack outside of JAX may try: rows within a radius of a threat, with whole numbers whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.climb import Slope, climb
from interplay.attacks.decision_search import Decide, decision_search
from interplay.attacks.pgd import Threat, Whole, rounded
from interplay.attacks.search import QUERIES, search
from interplay.engine import jax, jnp

SLACK = 1e-3
"""Thresholds that lie this far outside of what can be reached are looked at: numbers are rounded to 32 bits."""
_EACH_TIME, _FILLED = 64, 256
"""Values are settled, and thresholds looked at, in multiples of so many, since every other number of them is compiled anew."""

Scores = Callable[[Float[Array, "some column"]], Float[Array, "some label"]]
"""Class scores of versions of the rows, one version of all of them after the other."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Rows (row, column) and how far an attacker can move them: `radius` is one number or one per row.

    Example:
        >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
        >>> reach = Reach(np.zeros((1, 2)), wall, 0.5)
        >>> line = lambda moved: np.stack([moved[:, 0], -moved[:, 0]], axis=1)
        >>> reach.worst(line, np.array([1]), np.random.default_rng(0)).tolist()
        [[0.5, 0.0]]
    """

    inputs: Float[Array, "row column"]
    threat: Threat
    radius: float | Float[Array, " row"]

    def worst(
        self, scores: Scores, labels: Int[Array, " row"], chance: np.random.Generator, queries: int = QUERIES
    ) -> Float[Array, "row column"]:
        """The rows found whose best other label is farthest ahead of their own; see `search`."""

        def ahead(moved: Float[Array, "some column"]) -> Float[Array, " some"]:
            return excess(scores(self.settled(moved)), np.tile(labels, len(moved) // len(self.inputs)))

        return self.settled(search(ahead, self._own, *self._box, labels, chance, queries))

    def turned(
        self,
        decide: Decide,
        labels: Int[Array, " row"],
        chance: np.random.Generator,
        queries: int = QUERIES,
        start: Float[Array, "row column"] | None = None,
    ) -> Float[Array, "row column"]:
        """The rows found that are not decided as their label; see `decision_search`."""

        def settled(moved: Float[Array, "some column"], of: Int[Array, " some"]) -> Int[Array, " some"]:
            rows = of[: len(of) // int((of == of[0]).sum())]
            versions = np.repeat(self._own[None], len(of) // len(rows), axis=0)  # all rows: few shapes are compiled
            versions[:, rows] = moved.reshape(len(versions), len(rows), -1)
            whole = self.settled(versions.reshape(-1, versions.shape[2])).reshape(versions.shape)
            return decide(whole[:, rows].reshape(moved.shape), of)

        return self.settled(decision_search(settled, self._own, *self._box, labels, chance, queries, start))

    def climbed(
        self, ahead: Slope, chance: np.random.Generator, steps: int, restarts: int
    ) -> Float[Array, "row column"]:
        """The rows found along the slope of how far another label is ahead; see `climb`.

        Example:
            >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
            >>> reach = Reach(np.zeros((1, 2)), wall, 0.5)
            >>> line = lambda moved: (-2 * moved[:, 0], np.full_like(moved, -2.0))
            >>> reach.climbed(line, np.random.default_rng(0), steps=5, restarts=1).tolist()
            [[-0.5, 0.0]]
        """
        moved = self.settled(climb(ahead, self._own, *self._box, chance, steps, restarts))
        better = ahead(moved)[0] > ahead(self._own)[0]  # whole numbers next to the best point may be worse than the row
        return np.where(better[:, None], moved, self._own)

    def beside(self, cuts: Mapping[int, Float[Array, " cut"]]) -> dict[int, Float[Array, " value"]]:
        """Values at and right beside thresholds of columns; of whole numbers those on either side."""
        return {column: self._beside(column, some.astype(np.float32)) for column, some in cuts.items()}

    def values(self, row: int, beside: Mapping[int, Float[Array, " value"]]) -> dict[int, Float[Array, " value"]]:
        """The values that columns of one row may take: those `beside` thresholds that are within reach, its own and the ends.

        At least one of them lies in every interval between thresholds that can be reached.

        Example:
            >>> wall = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
            >>> reach = Reach(np.zeros((1, 2)), wall, 0.5)
            >>> found = reach.values(0, reach.beside({0: np.array([-2.0, 0.25, 2.0]), 1: np.array([0.1])}))
            >>> np.unique(found[0].round(5)).tolist(), found[1].tolist()
            ([-0.5, 0.0, 0.25, 0.5], [0.0])
        """
        low, high = (edge[row] for edge in self._box)
        near = {
            column: some[(some > low[column] - SLACK) & (some < high[column] + SLACK)]
            for column, some in beside.items()
        }
        most = max(map(len, near.values()), default=0)
        moved = np.repeat(self._own[[row]], _EACH_TIME * -(-(most + 3) // _EACH_TIME), axis=0)
        for column, some in near.items():
            moved[: len(some), column] = some
        moved[-3], moved[-2] = low, high
        settled = self._only(row).settled(np.clip(moved, low, high))
        return {column: np.unique(settled[:, column]) for column in beside}

    def settled(self, moved: Float[Array, "some column"]) -> Float[Array, "some column"]:
        """Versions of the rows with whole numbers whole again."""
        if self._threat.grid is None:
            return np.asarray(moved, dtype=np.float32)
        versions = np.asarray(moved, dtype=np.float32).reshape(-1, *self._own.shape)
        return np.asarray(_rounded(versions, self._own, self.radius, self._threat)).reshape(np.shape(moved))

    def _only(self, row: int) -> "Reach":
        """The same of one row."""
        movable = self._threat.movable
        threat = self._threat._replace(movable=movable[row] if movable.ndim == 2 else movable)
        return Reach(self._own[[row]], threat, np.ravel(self.radius)[row] if np.ndim(self.radius) else self.radius)

    def _beside(self, column: int, near: Float[Array, " cut"]) -> Float[Array, " value"]:
        grid = self._threat.grid
        if grid is None or not grid.whole[column]:
            return np.concatenate(
                [near, np.nextafter(near, np.float32(-np.inf)), np.nextafter(near, np.float32(np.inf))]
            )
        own = Whole(*(part[column] for part in grid))
        filled = np.resize(near, _FILLED * -(-len(near) // _FILLED))  # some lengths only: each is compiled
        numbers = np.floor(np.asarray(own.number(jnp.asarray(filled))))
        steps = np.concatenate([numbers + step for step in (-1, 0, 1, 2)])
        return np.unique(np.asarray(own.encoded(jnp.asarray(steps)), dtype=np.float32))

    @cached_property
    def _own(self) -> Float[Array, "row column"]:
        return np.asarray(self.inputs, dtype=np.float32)

    @cached_property
    def _threat(self) -> Threat:
        """The threat to these rows, as plain arrays: a missing value does not move."""
        among = self.threat.among(np.arange(self._own.shape[1]), jnp.asarray(self._own))
        plain: Threat = jax.tree.map(np.asarray, among)
        return plain

    @cached_property
    def _box(self) -> tuple[Float[Array, "row column"], Float[Array, "row column"]]:
        """The smallest and the largest allowed value of every cell."""
        reach = np.reshape(self.radius, (-1, 1)) * np.broadcast_to(np.asarray(self._threat.movable), self._own.shape)
        lower, upper = (np.asarray(edge) for edge in (self._threat.lower, self._threat.upper))
        low = np.maximum(self._own - reach, np.minimum(lower, self._own))
        return low, np.minimum(self._own + reach, np.maximum(upper, self._own))


def excess(scores: Float[Array, "row label"], labels: Int[Array, " row"]) -> Float[Array, " row"]:
    """How far the likeliest other label is ahead of the row's own; above 0 the decision is another one.

    Example:
        >>> excess(np.array([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0]]), np.array([0, 1])).tolist()
        [-1.0, 2.0]
    """
    own = np.arange(scores.shape[1]) == labels[:, None]
    return np.asarray(np.where(own, -np.inf, scores).max(axis=1) - scores[own])


_rounded = jax.jit(rounded)
"""One program for every shape, and not one for every operation."""
