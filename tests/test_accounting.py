"""The accountant against published and closed-form budgets."""

import pytest
from dp_accounting import get_epsilon_gaussian

from interplay.accounting import epsilon, noise_for
from interplay.errors import StudyError


def test_full_batches_equal_the_analytic_gaussian_mechanism():
    assert epsilon(10.0, 1.0, 400, 1e-5) == pytest.approx(get_epsilon_gaussian(10.0 / 20.0, 1e-5), rel=1e-3)


def test_known_budget_of_subsampled_steps():
    assert epsilon(1.0, 256 / 8000, 640, 1e-5) == pytest.approx(5.22, abs=0.02)


@pytest.mark.parametrize("case", [(8.0, 1.0, 400, 1e-4), (3.0, 0.05, 500, 1e-5)])
def test_solved_noise_meets_the_target_and_no_more(case):
    target, rate, steps, delta = case
    noise = noise_for(*case)
    assert epsilon(noise, rate, steps, delta) <= target
    assert epsilon(noise * 0.98, rate, steps, delta) > target


def test_more_rows_at_the_same_batch_cost_less():
    assert epsilon(5.0, 0.5, 400, 1e-5) < epsilon(5.0, 1.0, 400, 1e-5)


def test_an_impossible_target_is_a_study_error():
    with pytest.raises(StudyError, match="privacy budget"):
        noise_for(-1.0, 1.0, 10, 1e-5)
