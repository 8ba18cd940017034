"""Utility metrics against scikit-learn, with sample weights."""

import warnings

import numpy as np
import pytest
from sklearn import metrics as sklearn

from interplay.estimates import NotMeasurable
from interplay.evidence import Predictions, tabulated
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.balanced_accuracy import BalancedAccuracy
from interplay.metrics.brier import Brier
from interplay.metrics.collapse import Collapse
from interplay.metrics.log_loss import LogLoss


def against(world, metric, oracle):
    found = metric.measure(world.evidence()).values
    predictions, rows = world.exhibits[Predictions], world.rows
    for member in range(found.shape[0]):
        use = rows.counted[member]
        for draw in range(found.shape[1]):
            decided = predictions.decisions[member, use], np.exp(predictions.log_probabilities[member, use])
            expected = oracle(rows.labels[use], *decided, rows.weights[draw, use])
            assert found[member, draw] == pytest.approx(expected, abs=1e-12)


def test_accuracy(world):
    against(world, Accuracy(), lambda y, said, p, w: sklearn.accuracy_score(y, said, sample_weight=w))


def test_balanced_accuracy(world):
    against(world, BalancedAccuracy(), lambda y, said, p, w: sklearn.balanced_accuracy_score(y, said, sample_weight=w))


def test_log_loss(world):
    against(world, LogLoss(), lambda y, said, p, w: sklearn.log_loss(y, p, sample_weight=w))


@pytest.mark.parametrize("which", ["world", "binary"])
def test_brier(which, request):
    def oracle(y, said, p, w):
        return sklearn.brier_score_loss(y, p, sample_weight=w, labels=range(p.shape[1]), scale_by_half=False)

    against(request.getfixturevalue(which), Brier(), oracle)


def test_collapse_is_the_largest_weighted_share(world):
    against(world, Collapse(), lambda y, said, p, w: np.bincount(said, weights=w).max() / w.sum())


def test_collapse_of_a_constant_model_is_one():
    constant = tabulated(labels=[0, 1, 2, 1], decisions=[1, 1, 1, 1])
    assert Collapse().measure(constant).mean == 1.0
    assert BalancedAccuracy().measure(constant).mean == pytest.approx(1 / 3)


def test_balanced_accuracy_names_the_class_without_rows():
    found = BalancedAccuracy().measure(tabulated(labels=[0, 2, 2], decisions=[0, 2, 0]))
    assert found == NotMeasurable("no row with label 1 counts for some member")


@pytest.mark.parametrize("bad", [-np.inf, np.nan])
def test_log_loss_of_a_diverged_member_is_absent(world, bad):
    world.exhibits[Predictions].log_probabilities[2] = bad
    found = LogLoss().measure(world.evidence())
    assert found == NotMeasurable("1 of 4 members give a label the probability zero, or no number")


def test_values_on_rows_that_do_not_count_may_be_anything(world):
    logs = world.exhibits[Predictions].log_probabilities
    before = [metric.measure(world.evidence()).values for metric in (LogLoss(), Brier())]
    logs[~world.rows.counted] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        after = [metric.measure(world.evidence()).values for metric in (LogLoss(), Brier())]
    np.testing.assert_array_equal(before, after)


def test_brier_without_probabilities_is_absent(world):
    world.exhibits[Predictions].log_probabilities[1] = np.nan
    assert Brier().measure(world.evidence()) == NotMeasurable("1 of 4 members give no probabilities")
