"""Robustness metrics against direct computation."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Distances, Logits, PredictionSets, Switched
from interplay.metrics.attacked_coverage import AttackedCoverage
from interplay.metrics.boundary_distance import BoundaryDistance
from interplay.metrics.movable_share import MovableShare
from interplay.metrics.robust_accuracy import RobustAccuracy
from interplay.metrics.switch_accuracy import SwitchAccuracy


def averages(world, rows, values):
    """The plain weighted mean, one member and draw at a time; `values` may depend on member and draw."""
    found = np.empty((len(world.rows.counted), len(world.rows.weights)))
    for member in range(found.shape[0]):
        for draw in range(found.shape[1]):
            weights = world.rows.weights[draw, rows] * world.rows.counted[member, rows]
            found[member, draw] = np.average(values(member, draw), weights=weights)
    return found


def agrees(world, metric, rows, values):
    found = metric.measure(world.evidence())
    np.testing.assert_allclose(found.values, averages(world, rows, values), atol=1e-12)


def test_means_over_attacked_rows(world):
    attacked, switched = world.exhibits[Attacked], world.exhibits[Switched]
    found, labels = world.exhibits[Distances], world.rows.labels
    agrees(world, RobustAccuracy(), attacked.rows, lambda k, d: attacked.decisions[k] == labels[attacked.rows])
    agrees(world, SwitchAccuracy(), switched.rows, lambda k, d: switched.withstood[k])
    agrees(world, BoundaryDistance(), found.rows, lambda k, d: found.distances[k])


def test_coverage_under_attack(world):
    sets = world.exhibits[PredictionSets]
    own = sets.scores_attacked[:, np.arange(len(sets.attacked)), world.rows.labels[sets.attacked]]
    agrees(
        world, AttackedCoverage(), sets.attacked, lambda k, d: own[k] <= sets.thresholds[k, d, sets.part[sets.attacked]]
    )


def test_coverage_under_attack_needs_an_attack(world):
    world.exhibits[PredictionSets] = replace(world.exhibits[PredictionSets], attacked=None, scores_attacked=None)
    found = AttackedCoverage().measure(world.evidence())
    assert found == NotMeasurable("no attack was run on the rows of the prediction sets")


def test_distances_are_censored_at_the_largest(world):
    before = BoundaryDistance().measure(world.evidence()).values
    found = world.exhibits[Distances]
    found.distances[found.distances >= found.largest] = 100.0
    np.testing.assert_array_equal(BoundaryDistance().measure(world.evidence()).values, before)


def test_movable_share_is_a_ratio_of_weighted_variances(world):
    logits = world.exhibits[Logits]
    found = MovableShare().measure(world.evidence()).values
    for member, counted in enumerate(world.rows.counted):
        for draw, weights in enumerate(world.rows.weights):
            moved = np.cov(
                (logits.margins - logits.margins_without_movable)[member, counted], aweights=weights[counted], ddof=0
            )
            kept = np.cov(logits.margins_without_movable[member, counted], aweights=weights[counted], ddof=0)
            assert found[member, draw] == pytest.approx(moved / (moved + kept), abs=1e-12)


def test_movable_share_does_not_lose_digits_to_a_large_offset(world):
    before = MovableShare().measure(world.evidence()).values
    logits = world.exhibits[Logits]
    world.exhibits[Logits] = Logits(logits.margins + 1e7, logits.margins_without_movable + 1e7)
    np.testing.assert_allclose(MovableShare().measure(world.evidence()).values, before, atol=1e-7)


def test_a_model_that_ignores_movable_columns_has_no_movable_share(world):
    logits = world.exhibits[Logits]
    world.exhibits[Logits] = Logits(logits.margins, logits.margins)
    assert MovableShare().measure(world.evidence()).mean == 0.0
    world.exhibits[Logits] = Logits(logits.margins, 0 * logits.margins + 3.3)
    assert MovableShare().measure(world.evidence()).mean == pytest.approx(1.0)


@pytest.mark.parametrize("margin", [0.0, 0.1, -7.3])
def test_a_constant_margin_has_no_share(world, margin):
    constant = np.full(world.rows.counted.shape, margin)
    world.exhibits[Logits] = Logits(constant, constant)
    found = MovableShare().measure(world.evidence())
    assert found == NotMeasurable("the margin of some member does not vary over the rows")


def test_margins_of_a_diverged_member_have_no_share(world):
    world.exhibits[Logits].margins[1, 3] = np.inf
    found = MovableShare().measure(world.evidence())
    assert found == NotMeasurable("the margins of some member are not finite numbers")
