"""What a design is said to cost, before anything runs."""

import dataclasses

import pytest
from tests.audit.worlds import mortgage

from interplay.auditing.prepare import prepare
from interplay.design.cost import cost, cost_at_most


@pytest.fixture(scope="module")
def design():
    return prepare(mortgage(members=4)).design


def _changed(design, members=None, **study):
    design = design if members is None else design.with_members(members)
    return dataclasses.replace(design, study=design.study.model_copy(update=study))


def test_models_are_tuned_and_trained_twice_but_for_the_control(design):
    tuning = (2 + 1) * 4  # two rates and one more at an edge, four tuning members
    assert cost(design, 20, 2).models == 8 * tuning + 8 * 4 + 7 * 4


@pytest.mark.parametrize(
    ("model", "rates_tried", "stacks"),
    [
        ({}, 3, 15),
        ({"learning_rate": 0.05}, 3, 16),  # the control as applied too
        ({"learning_rates": (0.1,)}, 1, 8),  # no choice, and the same models as applied
        ({"learning_rates": (0.1,), "learning_rate": 0.1}, 1, 8),
        ({"learning_rates": (0.1,), "learning_rate": 0.2}, 1, 16),
    ],
)
def test_models_as_applied_are_counted(design, model, rates_tried, stacks):
    changed = _changed(design, model=design.study.model.model_copy(update=model))
    assert cost(changed, 20, 2).models == 8 * 4 * rates_tried + 4 * stacks


@pytest.mark.parametrize(("name", "more"), [("members", 32), ("draws", 5_000)])
def test_more_of_anything_takes_longer_and_more_memory(design, name, more):
    before, after = cost(design, 20, 2), cost(_changed(design, **{name: more}), 20, 2)
    assert after.seconds > before.seconds
    assert after.memory_bytes > before.memory_bytes
    assert after.disk_bytes > before.disk_bytes


def test_longer_training_takes_longer_and_no_memory(design):
    model = design.study.model.model_copy(update={"steps": 100 * design.study.model.steps})
    before, after = cost(design, 20, 2), cost(_changed(design, model=model), 20, 2)
    assert after.seconds > before.seconds
    assert after.memory_bytes == before.memory_bytes


def test_more_cores_take_less_time(design):
    assert cost(design, 20, 2, cores=8).seconds < cost(design, 20, 2, cores=2).seconds


def test_at_most_every_treatment_grows_and_is_measured_at_every_look(design):
    assert cost_at_most(design, 20, 2) == cost(design, 20, 2), "a single look"
    looked = dataclasses.replace(design, looks=(4, 5, 8))
    now, most, whole = (
        cost(looked, 20, 2),
        cost_at_most(looked, 20, 2),
        cost(looked.with_members(8), 20, 2),
    )
    assert most.models == now.models + 8 * 4
    assert (most.memory_bytes, most.disk_bytes) == (whole.memory_bytes, whole.disk_bytes)
    one_member_of_each = (whole.seconds - now.seconds) / 4 * 8 / 15
    assert most.seconds == pytest.approx(now.seconds + (5 + 8) * one_member_of_each, abs=0.1)
