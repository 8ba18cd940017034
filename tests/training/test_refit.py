"""The refit of scale and intercepts: against a direct search, and what it mends."""

import numpy as np
import pytest
from scipy.optimize import minimize

from interplay.training.refit import refit


def _smoothed(labels, classes):
    counts = np.bincount(labels, minlength=classes)
    targets = np.repeat(1 / (counts[labels] + classes)[:, None], classes, axis=1)
    targets[np.arange(len(labels)), labels] = (counts[labels] + 1) / (counts[labels] + classes)
    return targets


def test_is_platts_fit_by_a_direct_search():
    draw = np.random.default_rng(0)
    margins = draw.normal(size=300) * 4 + 2
    labels = (draw.random(300) < 1 / (1 + np.exp(-0.6 * margins + 1.5))).astype(int)
    targets = _smoothed(labels, 2)[:, 1]

    def loss(fit):
        chance = 1 / (1 + np.exp(-(fit[0] * margins + fit[1])))
        return -np.mean(targets * np.log(chance) + (1 - targets) * np.log(1 - chance))

    direct = minimize(loss, [1.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}).x
    scores = np.stack([np.zeros(300), margins], axis=1) + draw.normal(size=(300, 1))  # a shift of all scores is nothing
    found = refit(scores, labels)
    assert found.scale == pytest.approx(direct[0], rel=1e-3)
    assert found.intercepts[1] - found.intercepts[0] == pytest.approx(direct[1], abs=1e-3)


def test_stays_finite_where_few_rows_separate_the_labels():
    found = refit(np.array([[0.0, -5.0], [0.0, -4.0], [0.0, 6.0]]), np.array([0, 0, 1]))
    chance = 1 / (1 + np.exp(-np.diff(found(np.array([[0.0, 6.0]]))).item()))
    assert 0.5 < chance < 0.8, "one row of three says no more than two thirds"


def test_never_turns_the_order_of_scores_round():
    scores = np.stack([np.zeros(40), np.linspace(-2, 2, 40)], axis=1)
    assert refit(scores, (np.arange(40) < 20).astype(int)).scale > 0


@pytest.mark.parametrize("classes", [2, 4])
def test_takes_back_a_shift_of_the_intercepts(classes):
    draw = np.random.default_rng(1)
    labels = draw.integers(classes, size=4000)
    honest = 2 * np.eye(classes)[labels] + draw.normal(size=(4000, classes))
    shifted = 3.0 * honest + np.linspace(0, 6, classes)

    def balanced(scores):
        return np.mean([np.mean(scores[labels == label].argmax(axis=1) == label) for label in range(classes)])

    before, after = balanced(shifted), balanced(refit(shifted, labels)(shifted))
    assert before < balanced(honest) - 0.05, "the shift is harmful"
    assert after == pytest.approx(balanced(honest), abs=0.01)


def test_has_no_fit_of_scores_that_are_not_numbers():
    assert refit(np.array([[0.0, np.inf], [1.0, 0.0]]), np.array([0, 1])) is None


@pytest.mark.parametrize("classes", [2, 3])
def test_a_weight_counts_like_so_many_rows(classes):
    draw = np.random.default_rng(2)
    labels, weights = draw.integers(classes, size=200), draw.integers(1, 5, size=200)
    scores = np.eye(classes)[labels] + draw.normal(size=(200, classes))
    weighed, repeated = (
        refit(scores, labels, weights.astype(float)),
        refit(scores.repeat(weights, 0), labels.repeat(weights)),
    )
    assert weighed.scale == pytest.approx(repeated.scale, rel=2e-3)
    assert weighed.intercepts == pytest.approx(repeated.intercepts, abs=2e-3)
    loss = weighed.log_loss(scores, labels, weights)
    assert loss == pytest.approx(weighed.log_loss(scores.repeat(weights, 0), labels.repeat(weights)))
    assert abs(refit(scores, labels).intercepts - weighed.intercepts).max() > 0.01, "the weights matter"
