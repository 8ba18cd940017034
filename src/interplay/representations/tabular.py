"""Rows of a table: what an attacker may move or switch, and the rows around one that explain it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import Threat, Whole
from interplay.attacks.switch import Switches
from interplay.data.encoder import BLOCK_ROWS, Encoded, Encoder
from interplay.data.mapped import store
from interplay.data.table import Table
from interplay.engine import jnp
from interplay.explainers.outputs import Points
from interplay.explainers.perturbations import Discretizer, fit


def threat_of(encoded: Encoded, radius: float) -> Threat:
    """What an attacker may do to encoded rows: movable columns, within the training rows' bounds.

    `radius` is that of the study's attack, at which a column with a declared largest change moves by just that.
    """
    movable = encoded.movable * np.where(
        encoded.reach > 0, encoded.reach / (radius or 1.0), 1.0
    )  # at zero nothing moves
    flagged = bool((encoded.flags[list(encoded.movable_columns)] >= 0).any())
    return Threat(
        jnp.asarray(movable, dtype=jnp.float32),
        jnp.asarray(encoded.lower),
        jnp.asarray(encoded.upper),
        jnp.asarray(encoded.flags) if flagged else None,
        _whole(encoded),
    )


def _whole(encoded: Encoded) -> Whole | None:
    """The movable columns of whole numbers."""
    grid = encoded.grid
    if grid is None or not (whole := grid.whole & encoded.movable).any():
        return None
    mean, deviation = (jnp.asarray(part, dtype=jnp.float32) for part in (grid.mean, grid.deviation))
    return Whole(jnp.asarray(whole), mean, deviation, jnp.asarray(grid.logarithmic))


def switches_of(encoded: Encoded) -> Switches | None:
    """Every single change of one categorical column that an attacker may make; None where there is none."""
    touched, values = [], []
    for feature in encoded.features:
        if feature.mutable and len(feature.options):
            for option in feature.options:
                mask, value = np.zeros(len(encoded.columns)), np.zeros(len(encoded.columns))
                mask[feature.columns] = 1.0
                value[feature.columns] = option
                touched.append(mask)
                values.append(value)
    if not touched:
        return None
    return Switches(jnp.asarray(np.stack(touched)), jnp.asarray(np.stack(values), dtype=jnp.float32))


def without_movable(encoded: Encoded, pool: Int[Array, " pool"]) -> Float[Array, "row column"]:
    """The encoded rows with every movable column at its mean in the pool."""
    columns = list(encoded.movable_columns)
    means = np.array([encoded.matrix[pool, column].mean(dtype=np.float64) for column in columns])

    def without(block: Float[Array, "some column"]) -> Float[Array, "some column"]:
        copy = np.array(block, dtype=np.float32)
        copy[:, columns] = means
        return copy

    if encoded.mapped is None:
        return without(encoded.matrix)
    blocks = (without(encoded.matrix[at : at + BLOCK_ROWS]) for at in range(0, len(encoded.matrix), BLOCK_ROWS))
    return store(encoded.mapped.path.with_name("held"), blocks).all()


@dataclass(frozen=True, eq=False)
class Box:
    """How far each feature may be moved in raw units (0 where not), and the smallest and largest value in its bins."""

    reach: Float[Array, " feature"]
    ranges: Mapping[int, Mapping[int, tuple[float, float]]]

    def steps(self, row: Float[Array, " feature"], bins: Int[Array, " feature"]) -> list[tuple[int, float]]:
        """Every smallest change of one feature that takes the row into another of its bins: feature and value."""
        found = []
        for place, ranges in self.ranges.items():
            for code, (low, high) in ranges.items():
                value = low if code > bins[place] else high
                if code != bins[place] and abs(value - row[place]) <= self.reach[place]:
                    found.append((place, value))
        return found

    def drawn(
        self, row: Float[Array, " feature"], count: int, chance: np.random.Generator
    ) -> Float[Array, "count feature"]:
        """So many rows around one, uniform within reach and within the known range of every feature."""
        moved = row + self.reach * chance.uniform(-1, 1, (count, len(row)))
        for place, ranges in self.ranges.items():
            lows, highs = zip(*ranges.values(), strict=True)
            moved[:, place] = np.clip(moved[:, place], min(lows), max(highs))
        return moved


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Perturbed rows around rows of a table: bins that say in which part of its range every feature lies."""

    encoder: Encoder
    discretizer: Discretizer
    raw: Float[Array, "row feature"]
    pool: Int[Array, " pool"]
    spans: Sequence[slice]

    def bins(self, rows: Int[Array, " some"]) -> Int[Array, "some feature"]:
        """The bins of rows of the table."""
        return self.discretizer.codes(self.raw[rows])

    def points(self, rows: Int[Array, " some"], encoded: Encoded) -> Points:
        """Rows of the table as an explainer sees them."""
        return Points(self.bins(rows), np.asarray(encoded.matrix[rows]), self.spans)

    def drawn(self, count: int, chance: np.random.Generator) -> Points:
        """So many perturbed rows."""
        pool = self.discretizer.draw(count, chance)
        return self.encoded(pool.raw, pool.bins)

    def encoded(self, raw: Float[Array, "some feature"], bins: Int[Array, "some feature"] | None = None) -> Points:
        """Raw rows as an explainer sees them."""
        codes = self.discretizer.codes(raw) if bins is None else bins
        return Points(codes, self.encoder.encode_raw(raw), self.spans)

    def box(self, encoded: Encoded, radius: float) -> Box:
        """How far an attacker can move each feature, and what lies in its bins."""
        reach = np.zeros(self.raw.shape[1])
        for place, feature in enumerate(encoded.features):
            column = feature.columns.start
            if feature.kind == "numeric" and encoded.movable[column]:
                reach[place] = encoded.reach[column] or radius
        known = self.raw[self.pool]
        ranges = {
            place: _ranges(known[:, place], self.discretizer.codes(known)[:, place])
            for place in np.flatnonzero(reach).tolist()
        }
        return Box(reach, ranges)


def neighbourhood(encoder: Encoder, encoded: Encoded, table: Table, pool: Int[Array, " pool"]) -> Neighbourhood:
    """What lies around rows of this table, learned from the rows of the pool."""
    raw = encoder.raw(table)
    kinds = np.array([feature.kind != "numeric" for feature in encoded.features])
    spans = [feature.columns for feature in encoded.features]
    return Neighbourhood(encoder, fit(raw[pool], kinds), raw, pool, spans)


def _ranges(values: Float[Array, " pool"], codes: Int[Array, " pool"]) -> dict[int, tuple[float, float]]:
    """The smallest and largest known value of every bin."""
    inside = {int(code): values[(codes == code) & np.isfinite(values)] for code in np.unique(codes)}
    return {code: (float(some.min()), float(some.max())) for code, some in inside.items() if len(some)}
