"""Group metrics against fairlearn, with sample weights for the draws."""

import numpy as np
import pytest
from fairlearn import metrics as fairlearn
from sklearn.metrics import accuracy_score

from interplay.estimates import NotMeasurable
from interplay.evidence import Attacked, Explanations, Predictions, PredictionSets, tabulated
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.coverage_disparity import CoverageDisparity
from interplay.metrics.demographic_parity_difference import DemographicParityDifference
from interplay.metrics.equal_opportunity_difference import EqualOpportunityDifference
from interplay.metrics.equalized_odds_difference import EqualizedOddsDifference
from interplay.metrics.fidelity_disparity import FidelityDisparity
from interplay.metrics.robust_accuracy_disparity import RobustAccuracyDisparity
from interplay.metrics.set_size_disparity import SetSizeDisparity
from interplay.metrics.worst_group_accuracy import WorstGroupAccuracy

REFERENCE = "birch"


def cells(world, rows=None):
    """Member, draw, the positions of its counted rows among `rows`, their weights, labels and group names."""
    rows = np.arange(len(world.rows.labels)) if rows is None else rows
    grouping = world.rows.groupings["group"]
    for member, counted in enumerate(world.rows.counted[:, rows]):
        use = np.flatnonzero(counted)
        for draw, weights in enumerate(world.rows.weights[:, rows]):
            names = np.array(grouping.names)[grouping.codes[rows[use]]]
            yield member, draw, use, weights[use], world.rows.labels[rows[use]], names


@pytest.mark.parametrize(
    ("metric", "oracle"),
    [
        (DemographicParityDifference(), fairlearn.demographic_parity_difference),
        (EqualOpportunityDifference(), fairlearn.equal_opportunity_difference),
        (EqualizedOddsDifference(), fairlearn.equalized_odds_difference),
    ],
)
def test_differences_equal_those_of_fairlearn(binary, metric, oracle):
    found = metric.measure(binary.evidence()).values
    decisions = binary.exhibits[Predictions].decisions
    for member, draw, use, weights, labels, names in cells(binary):
        expected = oracle(labels, decisions[member, use], sensitive_features=names, sample_weight=weights)
        assert found[member, draw] == pytest.approx(expected, abs=1e-12)


def frame(rate, labels, said, names, weights):
    return fairlearn.MetricFrame(
        metrics=rate, y_true=labels, y_pred=said, sensitive_features=names, sample_params={"sample_weight": weights}
    )


@pytest.mark.parametrize(
    ("metric", "rates"),
    [
        (AccuracyDisparity(), {"": accuracy_score}),
        (DemographicParityDifference(), {"": fairlearn.selection_rate}),
        (EqualOpportunityDifference(), {"": fairlearn.true_positive_rate}),
        (
            EqualizedOddsDifference(),
            {"tpr: ": fairlearn.true_positive_rate, "fpr: ": fairlearn.false_positive_rate},
        ),
    ],
)
def test_signed_contrasts_of_all_pairs_equal_those_of_fairlearn(binary, metric, rates):
    pairs = [("ash", REFERENCE), ("cedar", REFERENCE), ("cedar", "ash")]  # those with the reference first
    contrasts = {contrast.name: contrast.values for contrast in metric.measure(binary.evidence()).contrasts}
    assert list(contrasts) == [f"{prefix}{one} against {other}" for prefix in rates for one, other in pairs]
    decisions = binary.exhibits[Predictions].decisions
    for member, draw, use, weights, labels, names in cells(binary):
        for prefix, rate in rates.items():
            by_group = frame(rate, labels, decisions[member, use], names, weights).by_group
            for one, other in pairs:
                found = contrasts[f"{prefix}{one} against {other}"][member, draw]
                assert found == pytest.approx(by_group[other] - by_group[one], abs=1e-12)


def test_a_gap_between_two_groups_counts_the_smaller_one_of_them(binary):
    supports = {one.name: one.support for one in AccuracyDisparity().measure(binary.evidence()).contrasts}
    rows = binary.rows
    names, used = rows.groupings["group"].names, rows.counted.any(axis=0)
    sizes = {name: int((used & (rows.groupings["group"].codes == code)).sum()) for code, name in enumerate(names)}
    assert len(set(sizes.values())) == 3
    for name, support in supports.items():
        assert support == min(sizes[group] for group in name.split(" against "))


def test_accuracy_disparity_and_worst_group_equal_those_of_fairlearn(world):
    disparity = AccuracyDisparity().measure(world.evidence()).values
    worst = WorstGroupAccuracy().measure(world.evidence()).values
    decisions = world.exhibits[Predictions].decisions
    accuracies = np.empty((3, *disparity.shape))
    for member, draw, use, weights, labels, names in cells(world):
        found = frame(accuracy_score, labels, decisions[member, use], names, weights)
        assert disparity[member, draw] == pytest.approx(found.difference(), abs=1e-12)
        accuracies[:, member, draw] = found.by_group
    chosen = accuracies[:, :, 0].mean(axis=1).argmin()
    np.testing.assert_allclose(worst, accuracies[chosen], atol=1e-12)
    contrasts = WorstGroupAccuracy().measure(world.evidence()).contrasts
    assert [one.name for one in contrasts] == ["accuracy of ash", "accuracy of birch", "accuracy of cedar"]
    for one, expected in zip(contrasts, accuracies, strict=True):
        np.testing.assert_allclose(one.values, expected, atol=1e-12)


def mean_prediction_frame(values, names, weights):
    return frame(fairlearn.mean_prediction, np.zeros(len(values)), values, names, weights).difference()


def test_disparities_of_attacked_and_explained_rows_equal_those_of_fairlearn(world):
    attacked, shown = world.exhibits[Attacked], world.exhibits[Explanations]
    robust = RobustAccuracyDisparity().measure(world.evidence()).values
    fidelity = FidelityDisparity().measure(world.evidence()).values
    for member, draw, use, weights, labels, names in cells(world, attacked.rows):
        right = (attacked.decisions[member, use] == labels).astype(float)
        assert robust[member, draw] == pytest.approx(mean_prediction_frame(right, names, weights), abs=1e-12)
        groups = {name: use[names == name] for name in np.unique(names)}
        theirs = {name: shown.reference[member, mine].mean() for name, mine in groups.items()}
        shares = {name: shown.fidelity[member, mine].mean() / theirs[name] for name, mine in groups.items()}
        share, linear = (np.array([found[name] for name in names]) for found in (shares, theirs))
        values = share + (shown.fidelity[member, use] - share * shown.reference[member, use]) / linear
        expected = mean_prediction_frame(values, names, weights)
        assert fidelity[member, draw] == pytest.approx(expected, abs=1e-12)


def test_disparities_of_sets_equal_those_of_fairlearn(world):
    sets = world.exhibits[PredictionSets]
    coverage = CoverageDisparity().measure(world.evidence()).values
    size = SetSizeDisparity().measure(world.evidence()).values
    for member, draw, use, weights, labels, names in cells(world):
        inside = sets.scores[member, use] <= sets.thresholds[member, draw, sets.part[use], None]
        covered = inside[np.arange(len(use)), labels].astype(float)
        assert coverage[member, draw] == pytest.approx(mean_prediction_frame(covered, names, weights), abs=1e-12)
        expected = mean_prediction_frame(inside.sum(axis=1), names, weights)
        assert size[member, draw] == pytest.approx(expected, abs=1e-12)


def test_rows_without_a_group_belong_to_none(world):
    codes = world.rows.groupings["group"].codes.copy()
    codes[::3] = -1
    found = AccuracyDisparity().measure(world.groups(codes, ("ash", "birch", "cedar")).evidence())
    assert found.support < AccuracyDisparity().measure(world.evidence()).support


def test_a_group_without_the_favourable_label_has_no_equal_opportunity():
    evidence = tabulated(labels=[1, 1, 0, 0, 1], decisions=[1, 0, 1, 0, 1], groups=[0, 0, 1, 1, 2])
    found = EqualOpportunityDifference().measure(evidence)
    assert found.mean == 0.5
    assert found.excluded == (NotMeasurable("group 'b' of 'group' has no row"),)


def test_equalized_odds_says_which_rate_a_group_lacks():
    evidence = tabulated(labels=[1, 0, 0, 1, 0], decisions=[1, 0, 1, 1, 1], groups=[0, 0, 1, 2, 2])
    found = EqualizedOddsDifference().measure(evidence)
    assert found.excluded == (NotMeasurable("group 'b' of 'group' has no row for tpr"),)
    assert found.mean == 1.0


def test_the_worst_group_stays_the_same_in_every_draw(world):
    found = WorstGroupAccuracy().measure(world.evidence())
    by_hand = AccuracyDisparity().measure(world.evidence()).values
    assert found.values.shape == by_hand.shape
    decisions, labels = world.exhibits[Predictions].decisions, world.rows.labels
    for draw in range(1, by_hand.shape[1]):
        means = [
            world.evidence().mean((decisions == labels).astype(float), world.rows.groupings["group"].codes == code)
            for code in range(3)
        ]
        assert any(np.allclose(mean, found.values) for mean in means), draw


def test_fidelity_without_an_r_squared_is_left_out(world):
    shown = world.exhibits[Explanations]
    shown.fidelity[:, ::5] = np.nan
    found = FidelityDisparity().measure(world.evidence())
    assert np.isfinite(found.values).all()
