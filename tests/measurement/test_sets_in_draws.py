"""Thresholds of prediction sets in draws: where few calibration scores lie above, their spread is that of the beta law."""

from math import ceil

import numpy as np
import pytest
from scipy import stats

from interplay.conformal.quantile import FEW_ABOVE, thresholds_by_group, thresholds_in_draws
from interplay.evidence import Evidence, PredictionSets, Rows
from interplay.metrics.coverage import Coverage
from interplay.statistics.crossed_interval import crossed_interval

EXTREME = [(10, 0.1), (20, 0.05), (60, 0.02), (200, 0.005)]
"""One score at or above the threshold; by weights alone the variance is .12, .09, .34 and .01 of the true one."""


def rank(rows, miscoverage):
    """How many calibration scores lie at or above the threshold."""
    return rows + 1 - ceil((rows + 1) * (1 - miscoverage) - 1e-9)


def uniform_scores(rows, seed, draws=400, others=20_000):
    chance = np.random.default_rng(seed)
    weights = np.vstack([np.ones((1, rows)), chance.exponential(size=(draws, rows))])
    return chance.random(rows), weights, (np.arange(others) + 0.5) / others


def ratio(rows, miscoverage, law, repeats=60):
    """The mean variance over draws of the coverage that a threshold gives, over that of the beta law.

    Of uniform scores the coverage of a threshold is the threshold, and its law is Beta(n + 1 - k, k).
    """
    everyone, variances = np.zeros(rows, dtype=int), []
    for seed in range(repeats):
        scores, weights, others = uniform_scores(rows, seed)
        if law == "weights":
            found = thresholds_by_group(scores, everyone, 1, miscoverage, weights)
        else:
            beside = np.zeros(len(others), dtype=int)
            found = thresholds_in_draws(scores, everyone, 1, miscoverage, weights, others, beside)
        variances.append(np.minimum(found[1:, 0], 1.0).var(ddof=1))
    k = rank(rows, miscoverage)
    return float(np.mean(variances)) / float(stats.beta(rows + 1 - k, k).var())


@pytest.mark.parametrize(("rows", "miscoverage"), EXTREME)
def test_where_one_score_lies_above_weights_understate_the_variance_and_the_beta_law_does_not(rows, miscoverage):
    assert rank(rows, miscoverage) == 1
    assert ratio(rows, miscoverage, "weights") < 0.45
    assert 0.68 < ratio(rows, miscoverage, "beta") < 1.2, "a little small, since no share is above 1"


@pytest.mark.parametrize(("rows", "miscoverage"), [(40, 0.05), (60, 0.05), (60, 0.1), (99, 0.09)])
def test_the_variance_is_right_for_every_rank_up_to_where_weights_take_over(rows, miscoverage):
    assert 2 <= rank(rows, miscoverage) < FEW_ABOVE
    assert ratio(rows, miscoverage, "beta") == pytest.approx(1.0, abs=0.2)


def test_away_from_the_extreme_the_weights_decide():
    scores, weights, others = uniform_scores(200, 1, draws=20)
    everyone, beside = np.zeros(200, dtype=int), np.zeros(len(others), dtype=int)
    found = thresholds_in_draws(scores, everyone, 1, 0.1, weights, others, beside)
    np.testing.assert_array_equal(found, thresholds_by_group(scores, everyone, 1, 0.1, weights))


def test_the_fitted_threshold_stays_and_what_cannot_be_moved_is_left():
    """Draw 0 keeps its threshold; a group without other rows, one with too few rows and one without rows stay as well."""
    scores, weights, _ = uniform_scores(60, 2, draws=30)
    groups = np.repeat([0, 1, 2], [30, 25, 5])
    others, beside = np.linspace(0.0, 1.0, 999), np.zeros(999, dtype=int)
    plain = thresholds_by_group(scores, groups, 4, 0.05, weights)
    found = thresholds_in_draws(scores, groups, 4, 0.05, weights, others, beside)
    np.testing.assert_array_equal(found[0], plain[0])
    np.testing.assert_array_equal(found[:, 1:], plain[:, 1:])
    assert (found[1:, 0] != plain[1:, 0]).mean() > 0.9
    assert (found[:, 0] > scores[:30].max()).any(), "new rows may well have a larger score than any of those at hand"


def intervals(rows, miscoverage, law, repeats, members=8, evaluated=600, draws=60):
    """How often nominal 90 % intervals for the coverage of sets hold it, members agreeing in part about rows."""
    truth, held = 1 - rank(rows, miscoverage) / (rows + 1), []
    codes = np.zeros(rows + evaluated, dtype=int)
    counted = np.tile(np.arange(rows + evaluated) >= rows, (members, 1))
    for seed in range(repeats):
        chance = np.random.default_rng(seed)
        base = chance.normal(size=rows + evaluated)
        scores = base + 0.5 * chance.normal(size=(members, rows + evaluated))
        weights = np.vstack([np.ones((1, rows + evaluated)), chance.exponential(size=(draws, rows + evaluated))])
        fitting = (codes[:rows], 1, miscoverage, weights[:, :rows])
        limits = [
            thresholds_by_group(mine[:rows], *fitting)
            if law == "weights"
            else thresholds_in_draws(mine[:rows], *fitting, mine[rows:], codes[rows:])
            for mine in scores
        ]
        sets = PredictionSets(np.stack([scores, scores], axis=2), np.stack(limits), codes, miscoverage)
        rows_given = Rows(np.zeros(rows + evaluated, dtype=int), {}, counted, weights)
        sample = Coverage().measure(Evidence(rows_given, {PredictionSets: lambda sets=sets: sets}))
        interval = crossed_interval(sample.values, sample.support)
        held.append(interval.low <= truth <= interval.high)
    return float(np.mean(held))


@pytest.mark.parametrize(("rows", "miscoverage"), [(10, 0.1), (20, 0.05)])
def test_intervals_for_the_coverage_of_sets_hold_it(rows, miscoverage):
    assert intervals(rows, miscoverage, "weights", 150) < 0.75
    assert 0.85 <= intervals(rows, miscoverage, "beta", 150) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("rows", [10, 20, 40, 60, 100, 200])
@pytest.mark.parametrize("miscoverage", [0.005, 0.02, 0.05, 0.1])
def test_intervals_for_the_coverage_of_sets_hold_it_at_every_size(rows, miscoverage):
    if rank(rows, miscoverage) >= 1:
        assert 0.85 <= intervals(rows, miscoverage, "beta", 200) <= 0.99
