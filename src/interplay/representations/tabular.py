"""Rows of a table: what an attacker may move or switch, and the rows around one that explain it."""

from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import Threat, Whole
from interplay.attacks.switch import Switches
from interplay.data.encoder import BLOCK_ROWS, Encoded, Encoder
from interplay.data.mapped import store
from interplay.data.table import Table
from interplay.engine import jnp
from interplay.explainers.perturbations import Discretizer, fit


def threat_of(encoded: Encoded, radius: float) -> Threat:
    """What an attacker may do to encoded rows: movable columns, within the training rows' bounds.

    `radius` is that of the study's attack, at which a column with a declared largest change moves by just that.
    """
    movable = encoded.movable * np.where(encoded.reach > 0, encoded.reach / radius, 1.0)
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
class Neighbourhood:
    """Perturbed rows around rows of a table: bins that say in which part of its range every feature lies."""

    encoder: Encoder
    discretizer: Discretizer
    raw: Float[Array, "row feature"]

    def bins(self, rows: Int[Array, " some"]) -> Int[Array, "some feature"]:
        """The bins of rows of the table."""
        return self.discretizer.codes(self.raw[rows])

    def drawn(
        self, count: int, chance: np.random.Generator
    ) -> tuple[Int[Array, "sample feature"], Float[Array, "sample column"]]:
        """So many perturbed rows: their bins, and their encoded columns."""
        pool = self.discretizer.draw(count, chance)
        return pool.bins, self.encoder.encode_raw(pool.raw)


def neighbourhood(encoder: Encoder, encoded: Encoded, table: Table, pool: Int[Array, " pool"]) -> Neighbourhood:
    """What lies around rows of this table, learned from the rows of the pool."""
    raw = encoder.raw(table)
    kinds = np.array([feature.kind != "numeric" for feature in encoded.features])
    return Neighbourhood(encoder, fit(raw[pool], kinds), raw)
