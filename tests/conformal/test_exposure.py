"""How much a calibration row shows in the threshold: against thresholds worked out again without it."""

import numpy as np
import pytest

from interplay.conformal.exposure import exposure, private_exposure
from interplay.conformal.private_quantile import chances, noisy_rank
from interplay.conformal.quantile import threshold


@pytest.mark.parametrize("rows", [3, 9, 10, 11, 12, 19, 20, 57])
@pytest.mark.parametrize("miscoverage", [0.1, 0.25, 0.5])
@pytest.mark.parametrize("ties", [False, True])
def test_it_is_whether_the_threshold_without_the_row_is_another(rows: int, miscoverage: float, ties: bool) -> None:
    scores = np.random.default_rng(rows).random(rows).round(1 if ties else 9)
    whole = threshold(scores, miscoverage)[0]
    expected = [float(threshold(np.delete(scores, place), miscoverage)[0] != whole) for place in range(rows)]
    np.testing.assert_array_equal(exposure(scores, miscoverage), expected)


@pytest.mark.parametrize("epsilon", [0.5, 2.0, 8.0])
def test_under_a_budget_it_is_the_distance_of_two_releases_and_within_the_bound(epsilon: float) -> None:
    scores, bins = np.random.default_rng(1).random(600).round(2), 20
    found = private_exposure(scores, 0.2, epsilon, bins)
    with_row = chances(scores, noisy_rank(600, 0.2, epsilon, bins), epsilon, bins, np.ones((1, 600)))[0]
    rank = noisy_rank(599, 0.2, epsilon, bins)
    for place in (0, 40, 599):
        without = chances(np.delete(scores, place), rank, epsilon, bins, np.ones((1, 599)))[0]
        assert found[place] == pytest.approx(0.5 * np.abs(with_row - without).sum(), abs=1e-12)
    assert 0 < found.max() <= (np.exp(epsilon) - 1) / (np.exp(epsilon) + 1)


def test_sets_that_hold_every_label_show_nothing() -> None:
    assert exposure(np.array([0.1, 0.2, 0.3]), 0.05).tolist() == [0.0, 0.0, 0.0]
    assert private_exposure(np.linspace(0, 1, 30), 0.1, 0.1, 50).tolist() == [0.0] * 30


def test_a_part_of_one_row_shows_it_where_its_threshold_is_finite() -> None:
    assert exposure(np.array([0.3]), 0.5).tolist() == [1.0]
    assert exposure(np.array([0.3]), 0.1).tolist() == [0.0]
