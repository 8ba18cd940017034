"""Attacks against closed forms for linear models."""

import jax
import numpy as np
import pytest

from interplay.attacks.distance import boundary_distance
from interplay.attacks.pgd import Threat, pgd, project
from interplay.attacks.switch import Switches, lowest_odds, withstands
from interplay.engine import jnp

WEIGHT = np.array([1.5, -2.0, 0.5, 3.0], dtype=np.float32)
MOVABLE = np.array([1.0, 1.0, 1.0, 0.0], dtype=np.float32)


def _scores(x):
    margin = x @ jnp.asarray(WEIGHT)
    return jnp.stack([jnp.zeros_like(margin), margin], axis=1)


def _threat(bound=100.0):
    return Threat(jnp.asarray(MOVABLE), jnp.full(4, -bound), jnp.full(4, bound))


def test_worst_case_of_a_linear_model_is_the_closed_form():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(50, 4)), jnp.float32)
    moved = pgd(lambda z: -(z @ jnp.asarray(WEIGHT)), x, 0.5, _threat(), jax.random.key(0), steps=20)
    expected = x @ jnp.asarray(WEIGHT) - 0.5 * np.abs(WEIGHT * MOVABLE).sum()
    np.testing.assert_allclose(moved @ jnp.asarray(WEIGHT), expected, atol=1e-5)


def test_immovable_columns_bounds_and_radius_hold():
    rng = np.random.default_rng(1)
    x = jnp.asarray(rng.normal(size=(50, 4)), jnp.float32)
    moved = pgd(lambda z: jnp.sum(z**2, axis=1), x, 0.7, _threat(1.0), jax.random.key(0), steps=5, restarts=3)
    np.testing.assert_array_equal(moved[:, 3], x[:, 3])
    assert float(jnp.abs(moved - x).max()) <= 0.7 + 1e-6
    inside = np.abs(np.asarray(x)) <= 1.0
    assert np.all(np.abs(np.asarray(moved))[inside] <= 1.0 + 1e-6)


def test_projection_leaves_a_row_outside_the_bounds_where_it_is():
    threat = Threat(jnp.ones(1), jnp.array([-1.0]), jnp.array([1.0]))
    outside = jnp.array([[3.0]])
    assert float(project(outside, outside, 0.5, threat)[0, 0]) == 3.0


@pytest.mark.parametrize("largest", [1.0, 8.0])
def test_distance_of_a_linear_model_is_the_closed_form_and_censored(largest):
    x = jnp.asarray(np.random.default_rng(0).normal(size=(60, 4)), jnp.float32)
    found = boundary_distance(_scores, x, _threat(), jax.random.key(0), largest, halvings=12)
    exact = np.abs(np.asarray(x) @ WEIGHT) / np.abs(WEIGHT * MOVABLE).sum()
    np.testing.assert_allclose(found, np.minimum(exact, largest), atol=largest * 2e-3)


def test_switches_are_tried_exhaustively():
    rows = jnp.asarray([[1.0, 0, 0, 0], [5.0, 0, 0, 0]])
    switches = Switches(jnp.asarray([[0.0, 1, 0, 0]] * 2), jnp.asarray([[0.0, 1, 0, 0], [0.0, 2, 0, 0]]))
    assert withstands(_scores, rows, jnp.array([1, 1]), switches).tolist() == [False, True]
    assert withstands(_scores, rows, jnp.array([0, 1]), switches).tolist() == [False, True]


def test_lowest_odds_over_switches_are_the_lowest_of_each_switch_tried_by_itself():
    chance = np.random.default_rng(0)
    weight, rows = chance.normal(size=(3, 2)), chance.normal(size=(40, 3))
    labels = chance.integers(0, 2, size=40)
    touched, values = np.eye(3)[[0, 0, 2]], np.eye(3)[[0, 0, 2]] * np.array([[0.5], [-2.0], [1.0]])
    tries = [rows, *(np.where(touch > 0, value, rows) for touch, value in zip(touched, values, strict=True))]
    gaps = [(moved @ weight)[:, 1] - (moved @ weight)[:, 0] for moved in tries]
    expected = np.min([np.where(labels == 1, gap, -gap) for gap in gaps], axis=0)
    switches = Switches(jnp.asarray(touched), jnp.asarray(values))
    given = (lambda x: x @ jnp.asarray(weight), jnp.asarray(rows), jnp.asarray(labels), switches)
    np.testing.assert_allclose(lowest_odds(*given), expected, atol=1e-5)
    np.testing.assert_array_equal(withstands(*given), expected > 0)
