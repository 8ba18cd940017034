"""Search without gradients: against known answers, and against attacks with gradients."""

import numpy as np
import pytest

from interplay.attacks.search import search

ALIKE = np.zeros(100, dtype=int)


def test_on_a_linear_score_it_finds_the_corner() -> None:
    random = np.random.default_rng(0)
    slopes, rows = random.normal(size=12), random.normal(size=(50, 12))
    found = search(lambda x: x @ slopes, rows, rows - 0.5, rows + 0.5, ALIKE[:50], random)
    np.testing.assert_allclose(found, rows + 0.5 * np.sign(slopes), atol=1e-12)


def test_columns_that_cannot_move_stay_and_nothing_leaves_the_box() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(40, 6))
    low, high = rows - 0.3, rows + 0.3
    low[:, 2], high[:, 2] = rows[:, 2], rows[:, 2]
    found = search(lambda x: np.sin(5 * x).sum(axis=1), rows, low, high, ALIKE[:40], random, queries=200)
    assert (found[:, 2] == rows[:, 2]).all()
    assert (found >= low - 1e-12).all() and (found <= high + 1e-12).all()


def test_steps_that_take_two_columns_together_are_found_on_flat_ground() -> None:
    def trees(x: np.ndarray) -> np.ndarray:
        return ((x[:, 0] > 0.2) & (x[:, 1] < -0.2)).astype(float)

    rows = np.zeros((100, 6))
    found = search(trees, rows, rows - 0.5, rows + 0.5, ALIKE, np.random.default_rng(2))
    assert trees(found).mean() > 0.95


def test_more_queries_never_find_less() -> None:
    random = np.random.default_rng(3)
    weights, rows = random.normal(size=(8, 10)), random.normal(size=(60, 8))

    def bent(x: np.ndarray) -> np.ndarray:
        return np.abs(x @ weights).sum(axis=1)

    few, many = (
        bent(search(bent, rows, rows - 0.5, rows + 0.5, ALIKE[:60], np.random.default_rng(4), queries=queries)).mean()
        for queries in (40, 600)
    )
    assert many > few


@pytest.mark.parametrize("seed", [0, 1])
def test_rows_learn_narrow_steps_from_each_other(seed: int) -> None:
    """Trees with a narrow band in every column: a row is broken in four of them, and no row by itself meets as many."""
    bands, wide = np.random.default_rng(5).uniform(-0.5, 0.5, size=10), 0.005

    def trees(x: np.ndarray) -> np.ndarray:
        return (np.abs(x - bands) < wide).sum(axis=1) - 3.5

    rows = np.random.default_rng(6).uniform(-1, 1, size=(400, 10))
    low, high = rows - 0.5, rows + 0.5
    breakable = ((bands + wide > low) & (bands - wide < high)).sum(axis=1) >= 4
    together, alone = (
        trees(search(trees, rows, low, high, labels, np.random.default_rng(seed))) > 0
        for labels in (np.zeros(400, dtype=int), np.arange(400))
    )
    assert 200 < breakable.sum() < 400
    assert together[breakable].sum() >= 0.85 * breakable.sum() and not together[~breakable].any()
    assert alone.sum() < 0.5 * breakable.sum()


def test_rows_learn_from_those_of_their_label_only_and_the_seed_decides() -> None:
    """What one label's rows do changes nothing for the others."""
    rows = np.random.default_rng(7).normal(size=(60, 5))
    half = np.arange(60) % 2

    def found(slopes: np.ndarray) -> np.ndarray:
        def bent(x: np.ndarray) -> np.ndarray:
            return np.where(np.tile(half, len(x) // 60) == 1, np.sin(9 * x).sum(axis=1), np.round(9 * x @ slopes))

        return search(bent, rows, rows - 0.5, rows + 0.5, half, np.random.default_rng(8), queries=120)

    first, second = found(np.ones(5)), found(-np.ones(5))
    np.testing.assert_array_equal(first[half == 1], second[half == 1])
    assert (first[half == 0] != second[half == 0]).any()
