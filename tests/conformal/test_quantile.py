"""Thresholds: the exact order statistic, its weighted form, and the coverage they give."""

import warnings
from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from crepes import ConformalClassifier
from scipy import stats

from interplay.conformal.quantile import threshold, thresholds_by_group
from interplay.conformal.scores import aps, lac
from interplay.conformal.sets import sets


@pytest.mark.parametrize("level", ["0.005", "0.043", "0.05", "0.07", "0.1", "0.18", "0.25", "0.5"])
def test_it_is_the_exact_order_statistic(level):
    for count in [*range(1, 320), 999, 9_999]:
        needed = ceil((count + 1) * (1 - Fraction(level)))
        expected = needed if needed <= count else np.inf
        assert threshold(np.arange(1.0, count + 1), float(level))[0] == expected, count


@pytest.mark.parametrize(
    ("count", "level", "expected"), [(19, 0.05, 19), (18, 0.05, np.inf), (9, 0.1, 9), (149, 0.18, 123)]
)
def test_rounding_does_not_ask_for_another_row(count, level, expected):
    generator = np.random.default_rng(count)
    scores = generator.permutation(np.arange(1.0, count + 1))
    assert threshold(scores, level).tolist() == [expected]
    assert threshold(scores, level, np.ones((3, count))).tolist() == [expected] * 3
    assert threshold(scores, level, np.full((1, count), 0.1)).tolist() == [expected]


def by_hand(scores, miscoverage, weights):
    scaled = weights * len(scores) / weights.sum()
    for score in sorted(scores):
        if scaled[scores <= score].sum() >= (len(scores) + 1) * (1 - miscoverage) - 1e-9:
            return score
    return np.inf


def test_weights_count_rows_and_ties_are_one_score():
    generator = np.random.default_rng(0)
    for count in (5, 30, 200):
        scores, weights = generator.normal(size=count).round(1), generator.exponential(size=(20, count))
        found = threshold(scores, 0.1, weights)
        np.testing.assert_array_equal(found, [by_hand(scores, 0.1, drawn) for drawn in weights])


def test_a_draw_without_weight_and_no_rows_at_all_give_full_sets():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert threshold(np.arange(50.0), 0.1, np.zeros((2, 50))).tolist() == [np.inf, np.inf]
        assert threshold(np.empty(0), 0.1).tolist() == [np.inf]
        assert threshold(np.empty(0), 0.1, np.empty((3, 0))).tolist() == [np.inf] * 3


def world(rows, seed=0, labels=3):
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=1.5, size=(rows, labels))
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    chosen = (np.exp(logs).cumsum(axis=1) < generator.random((rows, 1))).sum(axis=1).clip(max=labels - 1)
    return logs, chosen


def own_scores(scores, labels):
    return np.take_along_axis(scores, labels[:, None], axis=1)[:, 0]


@pytest.mark.parametrize("count", [8, 19, 100, 257])
@pytest.mark.parametrize("level", [0.05, 0.1, 0.123, 0.3])
def test_sets_equal_those_of_crepes(count, level):
    logs, labels = world(count + 300, seed=count)
    scores = lac(logs)
    calibration, new = own_scores(scores[:count], labels[:count]), scores[count:]
    fitted = ConformalClassifier().fit(calibration)
    # A p-value equal to the level keeps the label there; nudging the level keeps that apart from rounding.
    theirs = fitted.predict_set(new, confidence=1 - level - 1e-9, smoothing=False).astype(bool)
    ours = sets(new, threshold(calibration, level + 1e-9)[0])
    np.testing.assert_array_equal(ours, theirs)


def test_group_wise_sets_equal_the_mondrian_sets_of_crepes():
    logs, labels = world(700, seed=5)
    groups = np.random.default_rng(6).choice(4, p=[0.5, 0.3, 0.18, 0.02], size=700)
    scores = lac(logs)
    calibration, codes = own_scores(scores[:300], labels[:300]), groups[:300]
    assert 0 < (codes == 3).sum() < 9
    fitted = ConformalClassifier().fit(calibration, bins=codes)
    theirs = fitted.predict_set(scores[300:], bins=groups[300:], confidence=1 - 0.1 - 1e-9, smoothing=False)
    limits = thresholds_by_group(calibration, codes, 4, 0.1 + 1e-9)[0]
    ours = sets(scores[300:], limits[groups[300:]])
    np.testing.assert_array_equal(ours, theirs.astype(bool))
    assert ours[groups[300:] == 3].all()


def test_each_group_has_its_own_threshold_in_every_draw():
    generator = np.random.default_rng(1)
    scores, groups, weights = generator.random(200), generator.integers(-1, 3, size=200), generator.random((6, 200))
    found = thresholds_by_group(scores, groups, 3, 0.2, weights)
    assert found.shape == (6, 4)
    for code in (0, 1, 2, -1):
        here = groups == code
        np.testing.assert_array_equal(found[:, code], threshold(scores[here], 0.2, weights[:, here]))


def test_an_empty_group_gets_full_sets():
    found = thresholds_by_group(np.arange(30.0), np.zeros(30, dtype=int), 2, 0.1)
    assert found.tolist() == [[27.0, np.inf, np.inf]]


@pytest.mark.parametrize("score", ["lac", "aps"])
def test_coverage_over_calibration_draws_follows_the_beta_law(score):
    count, level, repeats = 99, 0.1, 400
    generator = np.random.default_rng(8)
    logs, labels = world(repeats * count + 40_000, seed=9)
    uniform = generator.random(len(logs))
    own = own_scores(lac(logs) if score == "lac" else aps(logs, uniform), labels)
    new = np.sort(own[repeats * count :])
    limits = np.array([threshold(own[k * count : (k + 1) * count], level)[0] for k in range(repeats)])
    coverages = np.searchsorted(new, limits, side="right") / len(new)
    law = stats.beta(90, 10)
    assert stats.kstest(coverages, law.cdf).pvalue > 0.001
    assert coverages.mean() == pytest.approx(law.mean(), abs=4 * law.std() / np.sqrt(repeats) + 0.005)
    assert coverages.std() == pytest.approx(law.std(), rel=0.15)


def test_a_bootstrap_of_calibration_rows_varies_as_the_coverage_does():
    generator = np.random.default_rng(3)
    scores = generator.random(400)
    limits = threshold(scores, 0.1, generator.exponential(size=(2_000, 400)))
    assert limits.std() == pytest.approx(stats.beta(361, 40).std(), rel=0.35)
