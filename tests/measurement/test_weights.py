"""Rows that stand for more people: their weight counts in training, in fitting and in every metric."""

import numpy as np
import pytest

from interplay.evidence import Evidence, Predictions, RightlyDecided, present
from interplay.families.network.recipes import job
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from tests.measurement.worlds import CONTROL, bank, facts_of, ready

WEIGHED = {"weight": "w"}


def weighed(values):
    return ready(bank().assign(w=values), "group_thresholds", data=WEIGHED)


def evidence(prepared):
    facts = facts_of(prepared)
    made = facts.predictions, facts.rightly_decided
    return Evidence(prepared.setting().rows, {kind: present(one) for kind, one in zip(KINDS, made, strict=True)})


KINDS = Predictions, RightlyDecided


def test_equal_weights_change_nothing():
    plain, same = ready(bank(), "group_thresholds"), weighed(7.0)
    for metric in (Accuracy(), AccuracyDisparity("g")):
        one, other = metric.measure(evidence(plain)), metric.measure(evidence(same))
        assert np.allclose(one.values, other.values, atol=1e-9), metric.key
        assert one.support == other.support


def test_a_metric_is_the_weighted_mean():
    chance = np.random.default_rng(0)
    prepared = weighed(np.where(bank().g == "b", 5.0, 1.0) * chance.uniform(0.5, 2, 1200))
    shown = evidence(prepared)
    right, rows = shown.ask(RightlyDecided).right, shown.rows
    weights = prepared.dataset.weights
    for member, (mine, counted) in enumerate(zip(right, rows.counted, strict=True)):
        expected = np.average(mine[counted], weights=weights[counted])
        assert Accuracy().measure(shown).values[member, 0] == pytest.approx(expected)


def test_training_weighs_rows_alike():
    values = np.random.default_rng(1).uniform(0.5, 4, 1200)
    prepared = weighed(values)
    shop, half = prepared.training_setting(), prepared.design.halves[0]
    weights = job(shop, CONTROL, half, 0, 0.3, "member").weights
    own = values[prepared.design.pool][half]
    assert weights == pytest.approx(own / own.mean(), rel=1e-5)


def test_a_group_that_weighs_more_moves_the_model_its_way():
    frame = bank(4000)
    contrary = frame.assign(y=np.where(frame.g == "b", 1 - frame.y, frame.y))

    def right_in_b(weight):
        prepared = ready(contrary.assign(w=np.where(frame.g == "b", weight, 1.0)), data=WEIGHED)
        right = facts_of(prepared).rightly_decided.right
        return right[:, (frame.g == "b").to_numpy()].mean()

    assert right_in_b(0.2) < 0.4 < 0.6 < right_in_b(5.0)
