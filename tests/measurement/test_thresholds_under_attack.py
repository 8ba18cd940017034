"""Attacks on candidates with thresholds by group: they are on the decision that would be deployed."""

import numpy as np
import pytest

from tests.measurement.worlds import bank, facts_of, ready


@pytest.fixture(scope="module")
def both():
    prepared = ready(bank(rows=1500), "group_thresholds")
    bare = facts_of(prepared)
    return bare, bare.layered(prepared.design.factors.layers["group_thresholds"])


def _weight(facts, member):
    layer = facts.parameters.parameters[0]
    return np.asarray(layer.weight[member][:, 1] - layer.weight[member][:, 0]) * facts.parameters.scale[member]


def test_the_decision_is_the_margin_against_the_groups_cut(both):
    bare, layered = both
    margins = bare.margins(bare.log_probabilities)
    assert (np.abs(layered.cuts).max(axis=1) > 0.03).all(), "thresholds that do nothing prove nothing"
    np.testing.assert_array_equal(layered.predictions.decisions == 1, margins >= layered.cuts)


def test_distances_are_those_to_the_deployed_boundary(both):
    """Exact for a logistic model: |margin - cut| over the sum of the absolute weights of movable columns."""
    bare, layered = both
    rows, encoded = bare.setting.near, bare.setting.encoded
    for member in range(len(layered.cuts)):
        slope = np.abs(_weight(bare, member) * encoded.movable).sum()
        margins = bare.margins(bare.log_probabilities)[member, rows]
        exact = np.abs(margins - layered.cuts[member, rows]) / slope
        reach = exact + 0.05
        inside = np.ones(len(rows), dtype=bool)
        for column in encoded.movable_columns:
            value = encoded.matrix[rows, column]
            inside &= (value - reach > encoded.lower[column]) & (value + reach < encoded.upper[column])
        assert inside.sum() > 60
        np.testing.assert_allclose(layered.distances.distances[member][inside], exact[inside], atol=0.02)
        assert np.abs(bare.distances.distances[member] - layered.distances.distances[member]).max() > 0.03


def test_switches_are_tried_on_the_deployed_decision(both):
    bare, layered = both
    bench = bare.setting
    rows, labels = bench.attacked, bench.dataset.labels
    colour = next(one for one in bench.encoded.features if one.name == "c")
    for member in range(len(layered.cuts)):
        weight, kept = _weight(bare, member), np.ones(len(rows), dtype=bool)
        margins = bare.margins(bare.log_probabilities)[member, rows]
        own = bench.encoded.matrix[rows][:, colour.columns] @ weight[colour.columns]
        for option in [None, *colour.options]:
            moved = margins if option is None else margins - own + option @ weight[colour.columns]
            kept &= (moved >= layered.cuts[member, rows]) == (labels[rows] == 1)
        assert np.mean(kept == layered.switched.withstood[member]) > 0.995


def test_attacked_decisions_are_those_at_the_cuts(both):
    bare, layered = both
    moved = bare.margins(bare.adversarial_log_probabilities)
    np.testing.assert_array_equal(layered.attacked.decisions == 1, moved >= layered.cuts[:, bare.setting.attacked])


def test_with_more_classes_the_attack_is_on_the_deployed_decision():
    frame = bank(rows=1200)
    frame["y"] = np.digitize(frame.x0 + 0.6 * frame.x1, [-0.6, 0.6])
    prepared = ready(frame, "group_thresholds")
    bare = facts_of(prepared)
    layered = bare.layered(prepared.design.factors.layers["group_thresholds"])
    labels = prepared.dataset.labels[bare.setting.attacked]
    reused = bare.adversarial_log_probabilities
    rule = [
        np.where(
            bare.margins(reused) >= layered.cuts[:, bare.setting.attacked],
            1,
            np.delete(reused, 1, axis=2).argmax(2) * 2,
        )
    ][0]
    held = [np.mean(one == labels) for one in (layered.attacked.decisions, rule)]
    assert held[0] <= held[1] + 0.002, (
        "an attack on the most likely class finds no more than one on the decision itself"
    )
