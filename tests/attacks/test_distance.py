"""The distance to the boundary: against a grid, where flips are not monotone in the radius, and where there is none."""

import jax
import numpy as np
import pytest

from interplay.attacks.distance import boundary_distance
from interplay.attacks.margin import Excess
from interplay.attacks.pgd import Threat, pgd
from interplay.engine import jnp

LARGEST = 4.0


def _threat(columns, **changes):
    return Threat(jnp.ones(columns), jnp.full(columns, -9.0), jnp.full(columns, 9.0), **changes)


def _found(scores, inputs, threat=None):
    columns = inputs.shape[1]
    given = _threat(columns) if threat is None else threat
    return np.asarray(boundary_distance(scores, jnp.asarray(inputs, jnp.float32), given, jax.random.key(0), LARGEST))


def _grid(scores, inputs, step=0.02):
    """The nearest point of a fine grid that is decided otherwise, by the largest change of a column."""
    ticks = np.arange(-LARGEST, LARGEST + step / 2, step)
    moves = np.stack(np.meshgrid(*[ticks] * inputs.shape[1]), axis=-1).reshape(-1, inputs.shape[1])
    sizes = np.abs(moves).max(axis=1)
    found = []
    for row in inputs:
        here = np.asarray(scores(jnp.asarray(row[None], jnp.float32))).argmax()
        there = np.asarray(scores(jnp.asarray(row + moves, jnp.float32))).argmax(axis=1)
        found.append(sizes[there != here].min(initial=LARGEST))
    return np.array(found)


def _wavy(x):
    """Islands: a decision flips, flips back, and flips again along one direction."""
    wave = jnp.sin(2.2 * x[:, 0]) + 0.6 * jnp.cos(1.7 * x[:, 1]) + 0.3 * x[:, 0]
    return jnp.stack([-wave, wave], axis=1)


def _collapsed(x):
    return jnp.stack([0.01 * x[:, 0], 50 + 0.01 * x[:, 0]], axis=1)


def test_agrees_with_a_grid_where_flips_are_not_monotone_in_the_radius():
    inputs = np.random.default_rng(0).normal(size=(40, 2)) * 1.5
    found, near = _found(_wavy, inputs), _grid(_wavy, inputs)
    assert (found >= near - 0.021).all(), "nearer than any point of the grid"
    assert np.mean(found <= near + 0.05) >= 0.9
    assert found.mean() == pytest.approx(near.mean(), abs=0.05)


def _bisected(scores, inputs, halvings=8):
    """As it was searched before: halving between a radius that does not flip and one that does, none tried if the largest
    does not."""
    inputs = jnp.asarray(inputs, jnp.float32)
    excess = Excess(scores, jnp.argmax(scores(inputs), axis=1))

    def flips(radius, at):
        return excess(pgd(excess, inputs, radius, _threat(2), jax.random.fold_in(jax.random.key(0), at), 10)) > 0

    low, high = jnp.zeros(len(inputs)), jnp.full(len(inputs), LARGEST)
    reachable = flips(high, halvings)
    for at in range(halvings):
        found = flips((low + high) / 2, at)
        low, high = jnp.where(found, low, (low + high) / 2), jnp.where(found, (low + high) / 2, high)
    return np.asarray(jnp.where(reachable, high, LARGEST))


def test_bisection_overstated_distances_and_censored_rows_that_flip():
    inputs = np.random.default_rng(0).normal(size=(60, 2)) * 1.5
    near = _grid(_wavy, inputs)
    before, after = _bisected(_wavy, inputs), _found(_wavy, inputs)
    assert before.mean() > near.mean() + 0.1 and (before >= LARGEST).any(), "the fault is there to be mended"
    assert abs(after.mean() - near.mean()) < 0.03
    assert not (after >= LARGEST).any()


def test_a_point_found_counts_whatever_the_radius_it_was_searched_in():
    """Only a narrow strip flips, and the far side of it does not: a search within the largest radius ends beyond it."""

    def strip(x):
        inside = 0.3 - jnp.abs(x[:, 0] - 1.0)
        return jnp.stack([-inside, inside], axis=1)

    found = _found(strip, np.zeros((20, 1)))
    np.testing.assert_allclose(found, 0.7, atol=0.03)


def test_a_model_that_always_says_the_same_is_censored_everywhere():
    found = _found(_collapsed, np.random.default_rng(1).normal(size=(30, 2)))
    np.testing.assert_array_equal(found, LARGEST)


def test_is_exact_for_a_line_and_in_units_of_each_column():
    weight = np.array([2.0, 1.0])

    def line(x):
        margin = x @ jnp.asarray(weight, jnp.float32) + 1.5
        return jnp.stack([-margin, margin], axis=1)

    inputs = np.random.default_rng(2).normal(size=(50, 2))
    exact = np.abs(inputs @ weight + 1.5) / 3.0
    np.testing.assert_allclose(_found(line, inputs), np.minimum(exact, LARGEST), atol=0.02)
    half = Threat(jnp.array([1.0, 0.5]), jnp.full(2, -9.0), jnp.full(2, 9.0))
    np.testing.assert_allclose(
        _found(line, inputs, half), np.minimum(np.abs(inputs @ weight + 1.5) / 2.5, 4), atol=0.02
    )


def test_a_missing_value_does_not_move():
    """Columns 2 and 3 say that 0 and 1 are missing: a row moves by what it has."""
    wall = Threat(jnp.array([1.0, 1.0, 0, 0]), jnp.full(4, -9.0), jnp.full(4, 9.0), jnp.array([2, 3, -1, -1]))
    inputs = jnp.array([[1.0, 0.0, 0, 0], [1.0, 0.0, 0, 1], [1.0, 0.0, 1, 0], [1.0, 0.0, 1, 1]])
    columns = np.array([0, 1])

    def line(moved):
        margin = moved[:, 0] + moved[:, 1]
        return jnp.stack([-margin, margin], axis=1)

    found = boundary_distance(line, inputs[:, columns], wall.among(columns, inputs), jax.random.key(0), LARGEST)
    np.testing.assert_allclose(found, [0.5, 1.0, 1.0, LARGEST], atol=0.02)
