"""Columns of whole numbers stay whole under attack: nobody is 41.3 years old in years."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from interplay.attacks.distance import boundary_distance
from interplay.attacks.pgd import Threat, Whole, rounded
from interplay.data.encoder import fit
from interplay.data.table import numbers, table

AGES = np.random.default_rng(0).integers(18, 90, 300).astype(float)
COUNTS = np.floor(np.random.default_rng(1).lognormal(1, 1.6, 300))
RATES = np.random.default_rng(2).normal(size=300)
PEOPLE = table([numbers("age", AGES), numbers("count", COUNTS), numbers("rate", RATES)], "test")
ENCODER = fit(PEOPLE, ["age", "count", "rate"], np.arange(300))
MATRIX = ENCODER.encode(PEOPLE).matrix


def threat() -> Threat:
    grid, encoded = ENCODER.grid, ENCODER.encode(PEOPLE)
    parts = (jnp.asarray(np.asarray(part, np.float32)) for part in (grid.mean, grid.deviation))
    whole = Whole(jnp.asarray(grid.whole), *parts, jnp.asarray(grid.logarithmic))
    return Threat(jnp.ones(3), jnp.asarray(encoded.lower), jnp.asarray(encoded.upper), grid=whole)


def test_which_columns_are_whole_follows_from_the_fitting_rows() -> None:
    grid = ENCODER.grid
    assert grid is not None and grid.whole.tolist() == [True, True, False]
    assert grid.logarithmic.tolist() == [False, True, False], "counts are skewed"
    large = table([numbers("account", np.arange(300.0) * 1e7)], "test")
    assert fit(large, ["account"], np.arange(300)).grid is None, "a step of one is nothing to a 32-bit number"


@pytest.mark.parametrize("radius", [0.02, 0.3, 1.5])
def test_what_is_found_keeps_to_whole_numbers_within_the_radius(radius: float) -> None:
    wall = threat()
    moved = MATRIX + radius * np.sign(np.random.default_rng(3).normal(size=MATRIX.shape)).astype(np.float32)
    found = np.asarray(rounded(jnp.asarray(moved), jnp.asarray(MATRIX), radius, wall))
    assert (np.abs(found - MATRIX) <= radius + 1e-3).all()
    values = np.asarray(wall.grid.number(jnp.asarray(found)))[:, :2]
    assert np.abs(values - np.round(values)).max() < 2e-3 * max(1.0, float(values.max()) / 100)
    inside = np.clip(moved, np.asarray(wall.lower), np.asarray(wall.upper))
    assert np.allclose(found[:, 2], moved[:, 2]) and (np.abs(found[:, :2]) <= np.abs(inside[:, :2]) + 3 * radius).all()


def test_a_step_that_is_too_small_for_a_whole_number_moves_nothing() -> None:
    wall = threat()
    found = rounded(jnp.asarray(MATRIX + 0.01), jnp.asarray(MATRIX), 0.01, wall)
    assert np.array_equal(np.asarray(found)[:, 0], MATRIX[:, 0])


def test_the_distance_is_that_of_the_nearest_whole_number_on_the_other_side() -> None:
    grid = ENCODER.grid
    assert grid is not None
    cut = (50.4 - grid.mean[0]) / grid.deviation[0]

    def scores(inputs: jax.Array) -> jax.Array:
        return jnp.stack([inputs[:, 0] - cut, cut - inputs[:, 0]], axis=1)

    found = np.asarray(boundary_distance(scores, jnp.asarray(MATRIX), threat(), jax.random.key(0), largest=4.0))
    nearest = np.where(AGES > 50.4, AGES - 50, 51 - AGES) / grid.deviation[0]
    assert found == pytest.approx(np.minimum(nearest, 4.0), abs=0.03)
