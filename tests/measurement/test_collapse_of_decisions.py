"""A collapse is one of the decisions that a treatment takes, thresholds included."""

import numpy as np
import pytest

from interplay.design.treatment import Treatment
from interplay.interventions import ThresholdIntervention, Thresholds
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Cell
from interplay.training.train import Fleet, more_members
from interplay.training.tuning import Tuning
from tests.measurement.worlds import CONTROL, bank, ready

LAYERED = Treatment(("group_thresholds",))


def everybody(self, rows, groups):
    return Thresholds.fixed(np.full(groups, -np.inf))


def best_third(self, rows, groups):
    return Thresholds.fixed(np.full(groups, np.quantile(rows.margins, 2 / 3)))


def measured(monkeypatch, rule, share):
    """A bank of which `share` of the labels are 1, and decisions by this rule in place of thresholds by group."""
    monkeypatch.setattr(GroupThresholds, "thresholds", rule)
    monkeypatch.setattr(GroupThresholds, "thresholds_in_draws", ThresholdIntervention.thresholds_in_draws)
    prepared = ready(bank(rows=1500, share=share), "group_thresholds")
    members = {CONTROL: more_members(prepared.training_setting(), CONTROL, 0.3, range(3))}
    how = {CONTROL: Tuning((0.3,), (0.5,), (), 0.3, "", False)}
    return measure(prepared.setting(), Fleet(members, members, how, {}))


def test_thresholds_that_accept_everybody_collapse_a_model_that_discriminates(monkeypatch):
    found = measured(monkeypatch, everybody, share=0.5)
    assert (CONTROL, "tuned") not in found.collapse
    assert found.samples[Cell(CONTROL, "tuned", "balanced_accuracy")].mean > 0.65
    for arm in ("tuned", "as_applied"):
        assert found.collapse[LAYERED, arm].startswith("100.0% of the rows get the same decision")
    assert found.samples[Cell(LAYERED, "tuned", "collapse")].values == pytest.approx(1.0)


def test_thresholds_that_undo_a_collapse_are_none(monkeypatch):
    found = measured(monkeypatch, best_third, share=0.03)
    assert found.collapse[CONTROL, "tuned"].startswith("balanced accuracy is 0.5")
    assert (LAYERED, "tuned") not in found.collapse
    assert found.samples[Cell(LAYERED, "tuned", "balanced_accuracy")].mean > 0.65
