"""The choice of a learning rate: the refit, the refusal of collapse, the growing grid."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from interplay.training.tuning import Trial, choose, collapse_reason, refitted_log_loss


@pytest.mark.parametrize("scale", [0.05, 1.0, 40.0])
def test_refit_equals_an_unpenalised_logistic_regression_on_smoothed_labels(scale):
    rng = np.random.default_rng(0)
    margin = rng.normal(size=500)
    labels = (margin + rng.normal(size=500) > 0.3).astype(int)
    scores = scale * np.stack([np.zeros(500), margin], axis=1)
    counts = np.bincount(labels)
    own = (counts[labels] + 1) / (counts[labels] + 2)  # every row is a little of the other label too
    rows, both = np.concatenate([margin, margin])[:, None], np.concatenate([labels, 1 - labels])
    oracle = LogisticRegression(C=np.inf, tol=1e-10).fit(rows, both, sample_weight=np.concatenate([own, 1 - own]))
    expected = log_loss(labels, oracle.predict_proba(margin[:, None]))
    assert refitted_log_loss(scores, labels) == pytest.approx(expected, abs=1e-6)


def test_a_model_that_is_not_finite_loses_without_a_crash():
    assert refitted_log_loss(np.array([[np.nan, 1.0], [0.0, 1.0]]), np.array([0, 1])) == np.inf


def _table(losses, collapsed=()):
    def evaluate(rates):
        return [
            Trial(rate, np.array([losses(rate), losses(rate) + 0.01]), any(rate <= limit for limit in collapsed))
            for rate in rates
        ]

    return evaluate


def test_the_grid_grows_at_an_edge():
    found = choose(_table(lambda rate: abs(np.log10(rate) - 0.9)), (0.01, 0.1, 1.0))
    assert found.chosen == pytest.approx(10.0)
    assert not found.at_edge
    assert len(found.rates) > 3


def test_a_grid_that_never_turns_says_so():
    found = choose(_table(lambda rate: -np.log10(rate)), (0.01, 0.1, 1.0))
    assert found.at_edge
    assert len(found.rates) == 6


def test_a_collapsed_rate_is_refused_within_one_standard_error_only():
    def losses(rate):
        return {0.01: 0.9, 0.1: 0.30, 1.0: 0.3005}.get(round(rate, 3), 0.9)

    near = choose(_table(losses, collapsed=(0.5,)), (0.01, 0.1, 1.0))
    assert near.chosen == 1.0
    assert "collapsed" in near.refused
    far = choose(_table(lambda rate: {0.1: 0.30}.get(round(rate, 3), 0.5), collapsed=(0.5,)), (0.01, 0.1, 1.0))
    assert far.chosen == 0.1
    assert far.refused == ""


def test_collapse_is_named_with_its_share():
    labels = np.array([1] * 80 + [0] * 20)
    assert collapse_reason(np.ones((3, 100), dtype=int), labels, 2, 0.8) is not None
    assert collapse_reason(np.repeat(labels[None], 3, axis=0), labels, 2, 0.8) is None
    seldom = np.where(np.arange(100) >= 93, 0, 1)[None]
    assert "same decision" in str(collapse_reason(seldom, labels, 2, 0.8))
    assert collapse_reason(seldom, labels, 2, None) is None


@pytest.mark.parametrize("grid", [(0.1,), (0.1, 0.1)])
def test_a_grid_of_one_rate_is_taken_as_it_is(grid):
    found = choose(_table(lambda rate: -np.log10(rate)), grid)
    assert (found.rates, found.chosen, found.at_edge) == ((0.1,), 0.1, False)
