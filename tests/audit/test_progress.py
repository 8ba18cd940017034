"""The share done and the time left: pace counts work, not what was read back."""

from types import SimpleNamespace

import pytest

from interplay.auditing import progress
from interplay.auditing.progress import Meter


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: now.seconds)
    return now


@pytest.fixture
def meter(clock):
    model = SimpleNamespace(learning_rate=None, learning_rates=(0.1, 0.2, 0.3), members=10)
    study = SimpleNamespace(model=model, members=10)
    design = SimpleNamespace(trainings=[0] * 4, tuning_halves=[0] * 2, members=10, looks=(10,), study=study)
    return Meter(design)


def test_the_time_left_follows_from_the_share_and_the_time_so_far(meter, clock):
    meter.note("tune", 0)
    clock.seconds = 30.0
    meter.note("tune", 16)  # half of the units of a stage that takes 0.26 of the time, after 0.04
    assert meter.share == pytest.approx(0.17)
    assert meter.left == "about 3 min left"


def test_stages_and_pieces_that_were_read_back_are_no_pace(meter, clock):
    meter.note("tune", 0)
    meter.note("train", 0)
    meter.note("train", 35)
    meter.note("train", 0)
    assert meter.share == pytest.approx(0.43)
    assert meter.left == ""
    clock.seconds = 55.0
    meter.note("train", 7)  # a tenth of the stage, of which half was there: 0.026 in 55 s
    assert meter.left == "about 19 min left"
    meter.note("measure", 0)
    assert meter.share == pytest.approx(0.56)


def test_looks_take_a_share_by_the_members_they_may_add(clock):
    study = SimpleNamespace(model=SimpleNamespace(learning_rate=None, learning_rates=(0.1, 0.2, 0.3)))
    design = SimpleNamespace(trainings=[0] * 4, tuning_halves=[0] * 2, members=5, looks=(5, 8, 12, 16, 20), study=study)
    meter = Meter(design)
    meter.note("tune", 32)
    meter.note("train", 35)
    meter.note("measure", 7)
    before = meter.share
    # Training and measuring 5 members of two arms is 0.54; 15 more of one arm, measured as 8 + 12 + 16 + 20, half of them.
    look = (0.26 * 15 + 0.28 * 56) / 5 / 2 / 2
    assert before == pytest.approx(0.84 / (0.94 + look))
    meter.note("look", 4 * 56)
    assert meter.share - before == pytest.approx(look / (0.94 + look))
    meter.note("report", 1)
    assert meter.share == pytest.approx(1.0)


def test_no_time_is_told_before_there_is_a_pace(meter, clock):
    meter.note("tune", 0)
    clock.seconds = 1.0
    meter.note("tune", 1)
    assert meter.left == ""
