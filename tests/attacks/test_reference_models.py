"""Reference models for a given model: what a row is asked of has never seen it, nor one that goes with it."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from interplay.attacks import reference_models
from interplay.attacks.logistic import ridge_logistic
from interplay.attacks.reference_models import expected_log_odds


def _memorable(rows=240, columns=60, seed=0):
    """Labels of pure noise beside many columns: a model knows its training rows, and nothing of any other."""
    chance = np.random.default_rng(seed)
    return chance.normal(size=(rows, columns)), chance.integers(0, 2, rows), np.arange(rows) < rows // 2


def test_no_row_is_asked_of_a_model_that_has_seen_it():
    found = []
    for seed in range(4):
        columns, labels, held_out = _memorable(seed=seed)
        expected = expected_log_odds(columns, labels, held_out, np.arange(240), np.random.default_rng(seed))
        found.append(roc_auc_score(held_out, expected))
    # A model that had seen half of the held-out rows would tell them apart with more than .7.
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)


def test_copies_of_a_row_are_never_on_both_sides():
    columns, labels, held_out = _memorable()
    twice, again = np.concatenate([columns, columns[:120]]), np.concatenate([labels, labels[:120]])
    both = np.concatenate([held_out, np.full(120, True)])
    chance = np.random.default_rng(0)
    together = expected_log_odds(twice, again, both, np.concatenate([np.arange(240), np.arange(120)]), chance)
    apart = expected_log_odds(twice, again, both, np.arange(360), chance)
    assert roc_auc_score(held_out, together[:240]) < 0.56 < 0.6 < roc_auc_score(held_out, apart[:240])


def test_easy_rows_are_those_that_a_logistic_regression_finds_easy():
    chance = np.random.default_rng(2)
    columns = chance.normal(size=(600, 3))
    labels = (columns[:, 0] + chance.logistic(size=600) > 0).astype(int)
    expected = expected_log_odds(columns, labels, np.arange(600) < 300, np.arange(600), chance)
    known = LogisticRegression().fit(columns, labels).decision_function(columns) * np.where(labels == 1, 1, -1)
    assert np.corrcoef(expected, known)[0, 1] > 0.97


def test_several_labels_and_a_half_without_one_are_finite():
    chance = np.random.default_rng(3)
    columns, labels = chance.normal(size=(200, 4)), chance.integers(0, 3, 200)
    labels[:] = np.where(np.arange(200) == 0, 3, labels)  # a label of a single row
    expected = expected_log_odds(columns, labels, np.arange(200) < 100, np.arange(200), chance)
    assert np.isfinite(expected).all()


def test_more_rows_than_are_taken_are_drawn_by_lot(monkeypatch):
    monkeypatch.setattr(reference_models, "MOST_ROWS", 50)
    columns, labels, held_out = _memorable(rows=400)
    assert np.isfinite(expected_log_odds(columns, labels, held_out, np.arange(400), np.random.default_rng(0))).all()


def test_of_many_columns_those_that_vary_are_read(monkeypatch):
    monkeypatch.setattr(reference_models, "MOST_COLUMNS", 2)
    chance = np.random.default_rng(6)
    columns = chance.normal(size=(300, 5)) * np.array([1.0, 0.1, 0.1, 2.0, 0.1])
    labels = (columns[:, 0] > 0).astype(int)
    alone = expected_log_odds(
        columns[:, [0, 3]], labels, np.arange(300) < 150, np.arange(300), np.random.default_rng(0)
    )
    found = expected_log_odds(columns, labels, np.arange(300) < 150, np.arange(300), np.random.default_rng(0))
    np.testing.assert_array_equal(found, alone)


def test_a_regression_that_separates_its_rows_converges():
    """Newton's method oversteps where probabilities saturate."""
    columns = np.concatenate([np.ones((60, 1)), 40 * np.random.default_rng(0).normal(size=(60, 30))], axis=1)
    truth, penalty = columns[:, 1] > 0, np.full(31, 1e-3)
    weights = ridge_logistic(columns, truth, penalty)
    chance = 1 / (1 + np.exp(-columns @ weights))
    assert np.abs(columns.T @ (truth - chance) - penalty * weights).max() < 1e-3
