"""Robustness metrics against direct computation."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import (
    Attacked,
    CategoryFlips,
    CleanTwin,
    Distances,
    Logits,
    Predictions,
    PredictionSets,
    RightlyDecided,
)
from interplay.metrics.attack_success import AttackSuccess
from interplay.metrics.attacked_coverage import AttackedCoverage
from interplay.metrics.balanced_poisoning_damage import BalancedPoisoningDamage
from interplay.metrics.balanced_robust_accuracy import BalancedRobustAccuracy
from interplay.metrics.boundary_distance import BoundaryDistance
from interplay.metrics.group_poisoning_damage import GroupPoisoningDamage
from interplay.metrics.movable_share import MovableShare
from interplay.metrics.poisoning_damage import PoisoningDamage
from interplay.metrics.robust_accuracy import RobustAccuracy
from interplay.metrics.robust_auc import RobustAuc
from interplay.metrics.switch_accuracy import SwitchAccuracy
from interplay.metrics.worst_class_robust_accuracy import WorstClassRobustAccuracy


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
    attacked, switched = world.exhibits[Attacked], world.exhibits[CategoryFlips]
    labels = world.rows.labels
    agrees(world, RobustAccuracy(), attacked.rows, lambda k, d: attacked.decisions[k] == labels[attacked.rows])
    agrees(world, SwitchAccuracy(), switched.rows, lambda k, d: switched.withstood[k])


def test_damage_is_the_share_of_rows_that_the_twin_alone_decides_rightly_less_the_other_way(world):
    labels, rows = world.rows.labels, np.arange(len(world.rows.labels))
    clean, poisoned = (world.exhibits[kind].decisions == labels for kind in (CleanTwin, Predictions))
    agrees(world, PoisoningDamage(), rows, lambda k, d: clean[k].astype(float) - poisoned[k])
    lost = by_class(world, rows, lambda k: clean[k].astype(float) - poisoned[k])
    np.testing.assert_allclose(BalancedPoisoningDamage().measure(world.evidence()).values, lost, atol=1e-12)
    found = GroupPoisoningDamage("group").measure(world.evidence())
    for code, one in enumerate(found.contrasts):
        here = np.flatnonzero(world.rows.groupings["group"].codes == code)
        lost = averages(world, here, lambda k, d, here=here: (clean[k].astype(float) - poisoned[k])[here])
        np.testing.assert_allclose(one.values, lost, atol=1e-12)
    assert found.mean == max(one.values[:, 0].mean() for one in found.contrasts)


def by_class(world, rows, values, where=None):
    """The mean of the plain weighted means within each class, one member and draw at a time."""
    labels, found = world.rows.labels[rows], np.empty((len(world.rows.counted), len(world.rows.weights)))
    for member, draw in np.ndindex(found.shape):
        weights = world.rows.weights[draw, rows] * world.rows.counted[member, rows]
        if where is not None:
            weights = weights * where[member]
        means = [np.average(values(member)[labels == label], weights=weights[labels == label]) for label in range(3)]
        found[member, draw] = np.mean(means)
    return found


def test_means_over_classes_count_every_class_alike(world):
    attacked, found, labels = world.exhibits[Attacked], world.exhibits[Distances], world.rows.labels
    right, moved = world.exhibits[RightlyDecided].right, attacked.decisions
    kept = by_class(world, attacked.rows, lambda k: moved[k] == labels[attacked.rows])
    np.testing.assert_allclose(BalancedRobustAccuracy().measure(world.evidence()).values, kept, atol=1e-12)
    turned = by_class(world, attacked.rows, lambda k: moved[k] != labels[attacked.rows], right[:, attacked.rows])
    np.testing.assert_allclose(AttackSuccess().measure(world.evidence()).values, turned, atol=1e-12)
    near = by_class(world, found.rows, lambda k: found.distances[k], right[:, found.rows])
    np.testing.assert_allclose(BoundaryDistance().measure(world.evidence()).values, near, atol=1e-12)


def test_the_worst_class_is_that_of_each_member(world):
    attacked = world.exhibits[Attacked]
    labels, counted = world.rows.labels[attacked.rows], world.rows.counted[:, attacked.rows]
    kept = attacked.decisions == labels
    worst = [
        min(kept[member][counted[member] & (labels == label)].mean() for label in range(3))
        for member in range(len(counted))
    ]
    found = WorstClassRobustAccuracy().measure(world.evidence())
    np.testing.assert_allclose(found.values[:, 0], worst, atol=1e-12)


def test_a_class_with_few_rightly_decided_rows_is_not_judged(world):
    right = world.exhibits[RightlyDecided].right & (world.rows.labels != 1)
    world.exhibits[RightlyDecided] = RightlyDecided(right)
    for metric in (BoundaryDistance(), AttackSuccess()):
        found = metric.measure(world.evidence())
        assert isinstance(found, NotMeasurable) and "label 1 has 0 such rows a member, of at least 50" in found.reason


def test_robust_auc_is_the_share_of_well_ordered_pairs(binary):
    roc_auc_score = pytest.importorskip("sklearn.metrics").roc_auc_score
    attacked, rows = binary.exhibits[Attacked], binary.rows
    logs = attacked.log_probabilities.round(1)  # with ties
    binary.exhibits[Attacked] = replace(attacked, log_probabilities=logs)
    margins, found = logs[:, :, 1] - logs[:, :, 0], RobustAuc().measure(binary.evidence())
    for member, draw in np.ndindex(found.values.shape):
        weights = rows.weights[draw, attacked.rows] * rows.counted[member, attacked.rows]
        direct = roc_auc_score(rows.labels[attacked.rows] == 1, margins[member], sample_weight=weights)
        assert found.values[member, draw] == pytest.approx(direct, abs=1e-12)


def test_robust_auc_of_many_classes_is_the_mean_of_each_against_the_rest(world):
    roc_auc_score = pytest.importorskip("sklearn.metrics").roc_auc_score
    attacked, rows = world.exhibits[Attacked], world.rows
    found, labels = RobustAuc().measure(world.evidence()), rows.labels[attacked.rows]
    logs = attacked.log_probabilities
    for member in range(len(logs)):
        use = rows.counted[member, attacked.rows]
        odds = logs[member] - np.log1p(-np.exp(logs[member]))
        direct = [roc_auc_score(labels[use] == label, odds[use, label]) for label in range(3)]
        assert found.values[member, 0] == pytest.approx(np.mean(direct), abs=1e-12)


def test_saying_yes_more_often_moves_accuracy_under_attack_and_not_the_area(binary):
    attacked, labels = binary.exhibits[Attacked], binary.rows.labels
    lenient = attacked.log_probabilities + np.array([0.0, 2.0])
    lenient -= np.logaddexp.reduce(lenient, axis=2, keepdims=True)
    rare = np.flatnonzero((labels[attacked.rows] == 1) | (np.arange(len(attacked.rows)) % 8 == 0))
    before, after = (
        replace(attacked, rows=attacked.rows[rare], decisions=logs.argmax(axis=2), log_probabilities=logs)
        for logs in (attacked.log_probabilities[:, rare], lenient[:, rare])
    )
    values = {
        metric.name: [
            metric.measure(replace(binary, exhibits={**binary.exhibits, Attacked: one}).evidence()).mean
            for one in (before, after)
        ]
        for metric in (RobustAccuracy(), RobustAuc(), BalancedRobustAccuracy())
    }
    assert values["robust_accuracy"][1] > values["robust_accuracy"][0] + 0.03
    assert values["robust_auc"][1] == pytest.approx(values["robust_auc"][0], abs=1e-12)
    assert values["balanced_robust_accuracy"][1] < values["balanced_robust_accuracy"][0]


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
