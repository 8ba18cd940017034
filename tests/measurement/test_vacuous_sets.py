"""Prediction sets that hold every label by construction: told before anything runs, and never measured."""

import numpy as np
import pytest

import interplay as ip
from interplay.conformal.quantile import rows_for, threshold
from interplay.design.calibration import vacuous_sets
from interplay.design.denominators import evaluated
from interplay.estimates import NotMeasurable
from interplay.evidence import PredictionSets
from tests.measurement.worlds import bank, facts_of, ready


@pytest.mark.parametrize("miscoverage", [0.005, 0.041, 0.05, 0.1, 0.25, 1 / 3, 0.5])
def test_the_rows_needed_are_the_fewest_with_a_finite_threshold(miscoverage):
    rows = rows_for(miscoverage)
    assert np.isfinite(threshold(np.arange(float(rows)), miscoverage)).all()
    assert rows == 1 or np.isinf(threshold(np.arange(rows - 1.0), miscoverage)).all()


def _told(prepared):
    return vacuous_sets(prepared.design, prepared.dataset, evaluated(prepared.design))


def test_a_small_table_is_warned_of_and_its_sets_are_not_measured():
    """120 rows leave 14 to calibrate: groups have 8 and 6 of them."""
    prepared = ready(bank(rows=120), "split_conformal", "group_conformal")
    facts, layers = facts_of(prepared), prepared.design.factors.layers
    assert int(prepared.design.split.calibration.sum()) == 14
    told = _told(prepared)
    assert any(one.startswith("split_conformal: 14 calibration rows: where the control errs") for one in told)
    assert any("group 'b'" in one and "9 needed at a miscoverage of 0.1" in one for one in told)
    assert isinstance(facts.layered(layers["split_conformal"], 0.1).sets, PredictionSets), (
        "14 rows are enough for one in ten"
    )
    short = facts.layered(layers["split_conformal"], 0.05).sets
    assert isinstance(short, NotMeasurable)
    assert "14 calibration rows, 19 needed at a miscoverage of 0.05: the sets hold every label" in short.reason
    by_group = facts.layered(layers["group_conformal"], 0.1).sets
    assert isinstance(by_group, NotMeasurable) and "group 'b'" in by_group.reason


def test_enough_rows_are_not_warned_of():
    assert _told(ready(bank(rows=900), "split_conformal", "group_conformal")) == ()


def test_no_verdict_rests_on_sets_that_hold_every_label(tmp_path):
    frame = bank(rows=120)
    declared = ip.InterventionSection(name="split_conformal", parameters={"miscoverage": 0.02})
    plan = ready(frame, "reweighing", "split_conformal").study
    plan = plan.model_copy(update={"interventions": (ip.InterventionSection(name="reweighing"), declared)})
    audit = ip.run(plan, tmp_path, frame)
    on_sets = audit.effects[audit.effects.metric.isin(["coverage", "set_size", "ambiguous_sets", "empty_sets"])]
    assert len(on_sets) > 3
    assert set(on_sets.verdict) == {"not_measurable"}
    assert on_sets.reason.str.contains("49 needed at a miscoverage of 0.02").all()
