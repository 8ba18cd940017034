"""Rows held back for a confirmation: nothing that is measured before depends on them."""

import numpy as np

from interplay.measurement.measure import measure
from interplay.training.train import Fleet, more_members
from interplay.training.tuning import Tuning
from tests.measurement.worlds import CONTROL, bank, facts_of, ready


def _measured(frame, prepared):
    members = more_members(prepared.training_setting(), CONTROL, 0.3, range(prepared.design.members))
    how = {CONTROL: Tuning((0.3,), (0.5,), (), 0.3, "", False)}
    return measure(prepared.setting(), Fleet({CONTROL: members}, {CONTROL: members}, how, {}))


def test_nothing_that_is_measured_depends_on_audit_rows():
    frame = bank(rows=700)
    prepared = ready(frame, "split_conformal", members=4)
    held_back = np.flatnonzero(prepared.design.split.audit)
    assert len(held_back) > 30
    other = frame.copy()
    other.loc[held_back, ["x0", "x1", "x2", "x3"]] = other.loc[held_back, ["x0", "x1", "x2", "x3"]] * -3 + 1
    changed = ready(other, "split_conformal", members=4)
    np.testing.assert_array_equal(changed.design.split.part, prepared.design.split.part)
    here, there = _measured(frame, prepared), _measured(other, changed)
    assert here.methods["membership"] == there.methods["membership"]
    for cell, sample in here.samples.items():
        if hasattr(sample, "values"):
            np.testing.assert_array_equal(sample.values, there.samples[cell].values, err_msg=str(cell))
    assert here.constant == there.constant


def test_the_population_of_rmia_is_no_audit_row():
    facts = facts_of(ready(bank(rows=700)))
    assert not (facts.setting.never_trained & facts.setting.design.split.audit).any()
    assert not (facts.setting.never_trained & facts.setting.design.split.pool).any()
