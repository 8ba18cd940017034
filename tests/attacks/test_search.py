"""Search without gradients: against known answers, and against attacks with gradients."""

import numpy as np

from interplay.attacks.search import search


def test_on_a_linear_score_it_finds_the_corner() -> None:
    random = np.random.default_rng(0)
    slopes, rows = random.normal(size=12), random.normal(size=(50, 12))
    found = search(lambda x: x @ slopes, rows, rows - 0.5, rows + 0.5, random)
    np.testing.assert_allclose(found, rows + 0.5 * np.sign(slopes), atol=1e-12)


def test_columns_that_cannot_move_stay_and_nothing_leaves_the_box() -> None:
    random = np.random.default_rng(1)
    rows = random.normal(size=(40, 6))
    low, high = rows - 0.3, rows + 0.3
    low[:, 2], high[:, 2] = rows[:, 2], rows[:, 2]
    found = search(lambda x: np.sin(5 * x).sum(axis=1), rows, low, high, random, queries=200)
    assert (found[:, 2] == rows[:, 2]).all()
    assert (found >= low - 1e-12).all() and (found <= high + 1e-12).all()


def test_steps_that_take_two_columns_together_are_found_on_flat_ground() -> None:
    def trees(x: np.ndarray) -> np.ndarray:
        return ((x[:, 0] > 0.2) & (x[:, 1] < -0.2)).astype(float)

    rows = np.zeros((100, 6))
    found = search(trees, rows, rows - 0.5, rows + 0.5, np.random.default_rng(2))
    assert trees(found).mean() > 0.95


def test_more_queries_never_find_less() -> None:
    random = np.random.default_rng(3)
    weights, rows = random.normal(size=(8, 10)), random.normal(size=(60, 8))

    def bent(x: np.ndarray) -> np.ndarray:
        return np.abs(x @ weights).sum(axis=1)

    few, many = (
        bent(search(bent, rows, rows - 0.5, rows + 0.5, np.random.default_rng(4), queries=queries)).mean()
        for queries in (40, 600)
    )
    assert many > few
