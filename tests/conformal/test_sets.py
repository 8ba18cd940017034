"""Prediction sets: what a tie does, and the level they are made at."""

import numpy as np
import pytest

from interplay.conformal.quantile import threshold
from interplay.conformal.sets import default_miscoverage, sets


def test_a_threshold_for_every_row():
    scores = np.array([[0.2, 0.6], [0.2, 0.6]])
    assert sets(scores, np.array([0.3, 0.6])).tolist() == [[True, False], [True, True]]
    assert sets(np.stack([scores, scores]), np.array([[0.3, 0.6], [0.1, 1.0]]))[1].tolist() == [
        [False, False],
        [True, True],
    ]


def test_a_threshold_for_each_label():
    scores = np.array([[[0.2, 0.6], [0.2, 0.6]]])
    assert sets(scores, np.array([[[0.1, 0.6], [0.3, 0.5]]])).tolist() == [[[False, True], [True, False]]]


def test_an_infinite_threshold_makes_full_sets():
    assert sets(np.array([[0.0, 1.0]]), np.inf).all()


def coverage(scores_of_truth, limit, strict):
    return sets(scores_of_truth[:, None], limit, strict=strict)[:, 0].mean()


def test_the_strict_form_loses_coverage_under_ties_and_hardly_any_without():
    generator = np.random.default_rng(0)
    smooth = generator.random(20_000)
    for scores, lost in ((smooth, 0.0), (smooth.round(1), 0.1)):
        limit = threshold(scores[:1_000], 0.1)[0]
        lenient, strict = (coverage(scores[1_000:], limit, kind) for kind in (False, True))
        assert lenient >= 0.88
        assert lenient - strict == pytest.approx(lost, abs=0.02)


def test_the_strict_form_of_saturated_scores_covers_nothing():
    saturated = np.zeros(500)
    limit = threshold(saturated, 0.1)[0]
    assert coverage(saturated, limit, strict=False) == 1.0
    assert coverage(saturated, limit, strict=True) == 0.0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (0.0, 0.005),
        (0.009, 0.005),
        (0.012, 0.006),
        (0.0868, 0.043),
        (0.0999, 0.049),
        (1 - 0.886, 0.057),
        (0.2, 0.1),
        (0.7, 0.1),
    ],
)
def test_the_level_is_half_of_the_error_within_limits(error, expected):
    assert default_miscoverage(error) == expected


def test_the_level_does_not_fall_through_rounding():
    for thousandths in range(5, 101):
        assert default_miscoverage(2 * thousandths / 1000) == thousandths / 1000
