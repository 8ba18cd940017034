"""Projected gradient ascent outside of JAX: against known answers, and against the one in JAX."""

from itertools import pairwise

import numpy as np

from interplay.attacks.climb import climb
from interplay.attacks.pgd import Threat, Whole, pgd
from interplay.attacks.reach import Reach
from interplay.engine import jax, jnp


def test_on_a_linear_excess_it_finds_the_corner_and_columns_that_cannot_move_stay() -> None:
    random = np.random.default_rng(0)
    slopes, rows = random.normal(size=12), random.normal(size=(50, 12))
    low, high = rows - 0.5, rows + 0.5
    low[:, 3], high[:, 3] = rows[:, 3], rows[:, 3]
    found = climb(lambda x: (x @ slopes, np.tile(slopes, (len(x), 1))), rows, low, high, random, steps=20)
    corner = rows + 0.5 * np.sign(slopes)
    corner[:, 3] = rows[:, 3]
    np.testing.assert_allclose(found, corner, atol=1e-12)


def test_no_row_comes_back_with_a_smaller_excess_and_more_starts_never_find_less() -> None:
    rows = np.random.default_rng(1).normal(size=(200, 4))

    def bent(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.sin(4 * x).sum(axis=1), 4 * np.cos(4 * x)

    worth = [bent(rows)[0]]
    for restarts in (1, 2, 8):
        found = climb(bent, rows, rows - 0.8, rows + 0.8, np.random.default_rng(2), 20, restarts)
        assert (np.abs(found - rows) <= 0.8 + 1e-12).all()
        worth.append(bent(found)[0])
    for fewer, more in pairwise(worth):
        assert (more >= fewer).all()


def test_it_climbs_as_high_as_the_one_in_jax() -> None:
    random = np.random.default_rng(3)
    weights, rows = random.normal(size=(5, 8)).astype(np.float32), random.normal(size=(300, 5)).astype(np.float32)
    threat = Threat(jnp.array([1.0, 1.0, 0.5, 1.0, 0.0]), jnp.full(5, -9.0), jnp.full(5, 9.0))

    def height(x: jax.Array) -> jax.Array:
        return jnp.maximum(x @ weights, 0.0).sum(axis=1)

    def ahead(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(height(jnp.asarray(x))), (x @ weights > 0) @ weights.T

    ours = Reach(rows, threat, 0.5).climbed(ahead, np.random.default_rng(4), steps=20, restarts=8)
    theirs = pgd(height, jnp.asarray(rows), 0.5, threat, jax.random.key(0), 20, 8)
    gained, gap = (np.asarray(height(jnp.asarray(ours)) - height(other)) for other in (jnp.asarray(rows), theirs))
    assert gap.mean() > -0.002 * gained.mean() and (gap < -0.01).mean() < 0.02
    assert np.abs(ours - rows)[:, 2].max() <= 0.25 + 1e-6 and (ours[:, 4] == rows[:, 4]).all()


def test_whole_numbers_stay_whole_and_never_make_a_row_better() -> None:
    whole = Whole(jnp.array([True]), jnp.array([40.0]), jnp.array([10.0]), jnp.array([False]))
    wall = Threat(jnp.ones(1), jnp.full(1, -9.0), jnp.full(1, 9.0), grid=whole)
    rows = np.linspace(-2, 2, 41, dtype=np.float32)[:, None]  # 20 to 60 years

    def peak(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -np.abs(x[:, 0] - 0.13), -np.sign(x - 0.13)  # at 41.3 years

    found = Reach(rows, wall, 0.25).climbed(peak, np.random.default_rng(5), steps=20, restarts=2)
    years = found[:, 0] * 10 + 40
    np.testing.assert_allclose(years, np.round(years), atol=1e-4)
    assert (peak(found)[0] >= peak(rows)[0]).all() and (np.abs(found - rows) <= 0.25 + 1e-6).all()
