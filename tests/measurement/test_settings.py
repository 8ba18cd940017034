"""What a study leaves to its data is found on the tuning rows, kept in the run folder, and said."""

import json

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.auditing.run import run
from interplay.design.settings import Settings, open_parameters, radius_is_open, settle
from interplay.exhibits import refitted
from interplay.measurement.settings import LOST, settings, under_attack
from interplay.training.train import anew, tuned_control
from tests.measurement import worlds
from tests.measurement.worlds import bank

OPEN = {"radius": None}


def study(*interventions, data=None, **changes):
    return worlds.study(*interventions, data={**OPEN, **(data or {})}, **changes)


def ready(frame, *interventions, **changes):
    return prepare(study(*interventions, **changes), frame)


def found_for(prepared):
    return settings(prepared.training_setting(), prepared.setting(), prepared.tuning_rows(), anew)


def lost_at(prepared, radius):
    """The balanced accuracy that the control's members for tuning lose on the tuning rows."""
    bench = prepared.setting()
    control = refitted(bench, tuned_control(prepared.training_setting(), prepared.tuning_rows()))
    tuning = np.flatnonzero(prepared.design.split.tuning)
    labels = prepared.dataset.labels[tuning]

    def balanced(decisions):
        return np.mean([(decisions[:, labels == label] == label).mean() for label in (0, 1)])

    return balanced(under_attack(bench, control, tuning, 0.0)) - balanced(under_attack(bench, control, tuning, radius))


def test_the_control_loses_what_it_should_at_the_radius_found():
    prepared = ready(bank(2000), "adversarial_training")
    found = found_for(prepared)
    assert found.radius is not None and found.lost is not None and 0.05 < found.radius < 1
    assert lost_at(prepared, found.radius) == pytest.approx(found.lost, abs=1e-3)
    assert 0.06 < found.lost <= LOST + 0.02, "a third of what it has above a collapsed model, and at most ten points"
    assert lost_at(prepared, found.radius / 2) < found.lost - 0.01


def test_the_order_of_the_rows_does_not_matter():
    frame = bank(18_000)
    radii = [
        found_for(ready(rows.reset_index(drop=True), "adversarial_training", model={"steps": 30})).radius
        for rows in (frame, frame.sort_values("y", kind="stable"), frame.sort_values("g", kind="stable"))
    ]
    assert None not in radii and max(radii) < 1.25 * min(radii)


def test_on_a_weak_table_it_loses_less_so_that_something_is_left_to_defend():
    frame = bank(2000)
    noise = np.random.default_rng(0).random(2000) < 0.35
    weak = frame.assign(y=np.where(noise, 1 - frame.y, frame.y))
    prepared = ready(weak, "adversarial_training")
    found = found_for(prepared)
    assert found.radius is not None and found.lost is not None and 0 < found.lost < 0.06


def test_a_table_without_signal_keeps_the_default():
    frame = bank(2000)
    empty = frame.assign(y=np.random.default_rng(0).integers(0, 2, 2000))
    assert found_for(ready(empty, "adversarial_training")).radius is None


def test_what_a_study_declares_is_not_looked_for():
    declared = (
        ip.InterventionSection(name="adversarial_training", parameters={"radius": 0.3}),
        ip.InterventionSection(name="dp_sgd", parameters={"max_grad_norm": 0.5}),
    )
    own = study().model_copy(update={"interventions": declared})
    prepared = prepare(own, bank())
    assert not radius_is_open(own) and not list(open_parameters(prepared.design))
    assert prepared.design.radius == 0.3
    assert found_for(prepared) == Settings()


@pytest.mark.parametrize("defence", ["adversarial_training", "trades"])
def test_settled_designs_attack_and_train_within_the_radius(defence):
    prepared = ready(bank(), defence, "dp_sgd")
    settled = settle(prepared.design, Settings(radius=0.17, lost=0.1, parameters={"dp_sgd": {"max_grad_norm": 0.3}}))
    assert settled.radius == settled.factors.training[defence].radius == 0.17
    assert settled.factors.training["dp_sgd"].max_grad_norm == 0.3
    assert prepared.design.radius == 0.5


def test_a_run_keeps_what_it_found_and_says_so(tmp_path):
    own = study("adversarial_training", "dp_sgd", model={"steps": 20})
    audit = run(own, tmp_path, bank(800))
    kept = json.loads((audit.path / "settled.json").read_bytes())
    norm = kept["parameters"]["dp_sgd"]["max_grad_norm"]
    assert kept["radius"] > 0 and norm in (0.1, 0.3, 1.0)
    told = " ".join(audit.content["methods"]["statements"])
    assert f"It is {kept['radius']:g} standard deviations" in told
    assert f"{norm:g} is the one of those tried" in told
    attack = next(one for one in audit.content["methods"]["attacks"] if one["name"].startswith("projected"))
    assert attack["settings"]["radius, standard deviations"] == kept["radius"]
    shown = {one["name"]: one for one in audit.content["interventions"]}["adversarial_training"]
    assert str(kept["radius"]) in json.dumps(shown)


def test_weights_and_time_are_told(tmp_path):
    frame = bank(800).assign(
        w=np.random.default_rng(0).uniform(0.5, 2, 800), t=pd.date_range("2020-01-01", periods=800)
    )
    audit = run(study(data={"weight": "w", "time": "t"}, model={"steps": 20}), tmp_path, frame)
    told = " ".join(audit.content["methods"]["statements"])
    assert "Rows count by the column 'w'" in told and "The latest rows by the column 't'" in told


def test_a_declared_radius_is_searched_for_nowhere_and_trains_what_declares_none():
    prepared = ready(bank(500), "adversarial_training", data={"radius": 0.2})
    assert not radius_is_open(prepared.study) and found_for(prepared).radius is None
    training = prepared.design.factors.training
    assert prepared.design.radius == training["adversarial_training"].radius == 0.2
    own = ip.InterventionSection(name="adversarial_training", parameters={"radius": 0.7})
    stronger = prepared.study.model_copy(update={"interventions": (own,)})
    design = prepare(stronger, bank(500)).design
    assert (design.radius, design.factors.training["adversarial_training"].radius) == (0.2, 0.7)


def test_a_radius_is_a_positive_number():
    for wrong in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="greater than 0|finite"):
            ip.DataSection(source="frame", radius=wrong)
