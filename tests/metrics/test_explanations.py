"""Metrics of explanations: plain means, and rows on which nothing is defined."""

from dataclasses import replace

import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.metrics.explanation_fidelity import ExplanationFidelity
from interplay.metrics.explanation_stability import ExplanationStability
from interplay.metrics.explanation_uncertainty import ExplanationUncertainty
from interplay.metrics.fidelity_disparity import FidelityDisparity

MEANS = [(ExplanationStability(), "repeat"), (ExplanationUncertainty(), "top_changed")]
FIELDS = [(ExplanationFidelity(), "fidelity"), *MEANS]


def test_fidelity_is_the_ratio_of_the_weighted_means_of_the_model_and_of_its_linear_one(world):
    shown = world.exhibits[Explanations]
    found = ExplanationFidelity().measure(world.evidence())
    assert found.excluded == ()
    for member in range(found.values.shape[0]):
        for draw in range(found.values.shape[1]):
            weights = (world.rows.weights[draw] * world.rows.counted[member])[shown.rows]
            both = [np.average(values[member], weights=weights) for values in (shown.fidelity, shown.reference)]
            assert found.values[member, draw] == pytest.approx(both[0] / both[1], abs=1e-12)


def ratio(shown, weights, rows):
    """The ratio of weighted means over some of the explained rows of one member."""
    member, use = rows
    both = [np.average(values[member, use], weights=weights[use]) for values in (shown.fidelity, shown.reference)]
    return both[0] / both[1]


def test_fidelity_disparity_is_the_difference_of_the_fidelities_of_groups(world):
    shown, rows = world.exhibits[Explanations], world.rows
    weights = np.concatenate([np.ones((1, 900)), np.random.default_rng(0).exponential(size=(400, 900))])
    found = FidelityDisparity("group").measure(replace(world, rows=replace(rows, weights=weights)).evidence())
    codes, here = rows.groupings["group"].codes[shown.rows], weights[:, shown.rows]
    contrast = found.contrasts[0]
    assert contrast.name == "ash against birch"
    for member, mine in enumerate(rows.counted[:, shown.rows]):
        exact = [[ratio(shown, draw, (member, mine & (codes == code))) for code in (1, 0)] for draw in here]
        expected = np.subtract(*np.transpose(exact))
        assert contrast.values[member, 0] == pytest.approx(expected[0], abs=1e-12)
        # Over draws it is the first-order expansion of the ratio: as wide, and nearly the same in each.
        assert contrast.values[member, 1:].std() == pytest.approx(expected[1:].std(), rel=0.1)
        assert np.corrcoef(contrast.values[member, 1:], expected[1:])[0, 1] > 0.99


def test_a_model_that_is_its_own_line_has_no_fidelity_disparity(world):
    shown = world.exhibits[Explanations]
    world.exhibits[Explanations] = replace(shown, fidelity=shown.reference)
    assert np.abs(FidelityDisparity("group").measure(world.evidence()).values).max() < 1e-12
    assert np.abs(ExplanationFidelity().measure(world.evidence()).values - 1).max() < 1e-12


def test_a_group_in_which_no_line_is_explained_is_named(world):
    shown = world.exhibits[Explanations]
    shown.reference[:, world.rows.groupings["group"].codes[shown.rows] == 2] = 0.01
    assert isinstance(ExplanationFidelity().measure(world.evidence()).values, np.ndarray)
    found = FidelityDisparity("group").measure(world.evidence())
    assert isinstance(found, NotMeasurable) and "below 0.05 in group 'cedar'" in found.reason


def test_a_row_without_an_r_squared_counts_neither_for_the_model_nor_for_the_linear_one(world):
    shown = world.exhibits[Explanations]
    shown.fidelity[1, ::3] = np.nan
    use = world.rows.counted[1, shown.rows] & np.isfinite(shown.fidelity[1])
    found = ExplanationFidelity().measure(world.evidence()).values[1, 0]
    assert found == pytest.approx(shown.fidelity[1, use].mean() / shown.reference[1, use].mean(), abs=1e-12)


def test_a_row_that_one_member_lacks_still_counts_for_the_others(world):
    whole = ExplanationFidelity().measure(world.evidence()).values
    world.exhibits[Explanations].fidelity[1, ::3] = np.nan
    found = ExplanationFidelity().measure(world.evidence()).values
    np.testing.assert_array_equal(found[[0, 2, 3]], whole[[0, 2, 3]])
    assert (found[1] != whole[1]).all()


@pytest.mark.parametrize("metric", [ExplanationFidelity(), FidelityDisparity("group")])
def test_nothing_is_held_against_a_linear_model_that_is_not_explained_either(world, metric):
    world.exhibits[Explanations].reference[3] = 0.04
    found = metric.measure(world.evidence())
    assert (
        isinstance(found, NotMeasurable) and "linear model of the same scale have a mean R2 below 0.05" in found.reason
    )


@pytest.mark.parametrize(("metric", "field"), MEANS)
def test_it_is_the_weighted_mean_over_explained_rows(world, metric, field):
    shown = world.exhibits[Explanations]
    found = metric.measure(world.evidence())
    assert found.excluded == ()
    for member in range(found.values.shape[0]):
        for draw in range(found.values.shape[1]):
            weights = (world.rows.weights[draw] * world.rows.counted[member])[shown.rows]
            expected = np.average(getattr(shown, field)[member], weights=weights)
            assert found.values[member, draw] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("metric", "field"), FIELDS)
def test_undefined_rows_are_left_out_and_counted(world, metric, field):
    shown = world.exhibits[Explanations]
    values, counted = getattr(shown, field), world.rows.counted[:, shown.rows]
    member, position = 1, int(np.flatnonzero(counted[1])[0])
    values[member, position] = np.nan
    found = metric.measure(world.evidence())
    assert found.excluded[0].reason.startswith(f"1 of {counted.sum()} values left out: ")
    use = counted[member] & np.isfinite(values[member])
    linear = shown.reference[member, use].mean() if field == "fidelity" else 1.0
    assert found.values[member, 0] == pytest.approx(values[member, use].mean() / linear, abs=1e-12)


@pytest.mark.parametrize(("metric", "field"), FIELDS)
def test_a_member_without_any_defined_row_makes_it_absent(world, metric, field):
    getattr(world.exhibits[Explanations], field)[2] = np.nan
    found = metric.measure(world.evidence())
    assert isinstance(found, NotMeasurable) and "some member has no explained row" in found.reason
