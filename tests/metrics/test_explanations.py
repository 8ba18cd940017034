"""Metrics of explanations: plain means, and rows on which nothing is defined."""

import numpy as np
import pytest

from interplay.estimates import NotMeasurable
from interplay.evidence import Explanations
from interplay.metrics.explanation_fidelity import ExplanationFidelity
from interplay.metrics.explanation_stability import ExplanationStability
from interplay.metrics.explanation_uncertainty import ExplanationUncertainty

FIELDS = [
    (ExplanationFidelity(), "fidelity"),
    (ExplanationStability(), "repeat"),
    (ExplanationUncertainty(), "top_changed"),
]


@pytest.mark.parametrize(("metric", "field"), FIELDS)
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
    assert found.values[member, 0] == pytest.approx(values[member, use].mean(), abs=1e-12)


@pytest.mark.parametrize(("metric", "field"), FIELDS)
def test_a_member_without_any_defined_row_makes_it_absent(world, metric, field):
    getattr(world.exhibits[Explanations], field)[2] = np.nan
    found = metric.measure(world.evidence())
    assert isinstance(found, NotMeasurable) and "some member has no explained row" in found.reason
