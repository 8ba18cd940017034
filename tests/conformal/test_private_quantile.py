"""The private threshold: its guarantee, exactly, over neighbouring tables; and its coverage."""

import numpy as np
import pytest

from interplay.conformal.private_quantile import chances, noisy_rank, private_threshold

ONE = np.ones((1, 40))


@pytest.mark.parametrize("epsilon", [1.0, 3.0, 8.0])
def test_no_row_changes_the_chance_of_a_release_by_more_than_the_budget(epsilon: float) -> None:
    """Every removal and replacement, ties included; one of them uses the budget up."""
    scores = np.random.default_rng(0).random(40).round(1)
    rank = noisy_rank(40, 0.2, epsilon, 10)
    base, worst = np.log(chances(scores, rank, epsilon, 10, ONE)[0]), 0.0
    for place in range(40):
        removed = np.delete(scores, place)
        others = [np.log(chances(removed, rank, epsilon, 10, np.ones((1, 39)))[0])]
        for value in (0.0, 0.55, 1.0):
            replaced = scores.copy()
            replaced[place] = value
            others.append(np.log(chances(replaced, rank, epsilon, 10, ONE)[0]))
        worst = max(worst, *(float(np.abs(base - other).max()) for other in others))
    assert worst <= epsilon + 1e-9
    assert worst > 0.45 * epsilon


def test_sets_keep_their_coverage_under_the_noise() -> None:
    random = np.random.default_rng(1)
    covered = []
    for _ in range(300):
        scores = random.random(239)
        limit = private_threshold(scores, 0.1, 3.0, 50, np.ones((1, 239)), float(random.random()))[0]
        covered.append(min(limit, 1.0))
    assert np.mean(covered) >= 0.9


def test_a_small_budget_asks_for_more_rows_than_there_are() -> None:
    assert noisy_rank(239, 0.1, 0.5, 50) > 239
    assert np.isinf(private_threshold(np.linspace(0, 1, 239), 0.1, 0.5, 50, np.ones((2, 239)), 0.5)).all()


def test_draws_share_the_noise() -> None:
    scores = np.random.default_rng(2).random(200)
    weights = np.vstack([np.ones(200), np.ones(200)])
    found = private_threshold(scores, 0.1, 3.0, 50, weights, 0.4)
    assert found[0] == found[1]
