"""The control from another start: what it shares with the control, and the attack on a pair of models."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import interplay as ip
from interplay.auditing.prepare import Prepared
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import PredictionSets
from interplay.exhibits import Memo, refitted
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Cell, Measurements
from interplay.training.train import Fleet, train, tune
from tests.measurement.worlds import bank, ready, study

CONTROL, AGAIN, WEIGHED = Treatment(), Treatment(("another_start",)), Treatment(("oversampling",))
LISTED = ("oversampling", "another_start")


def few_by_lot(rows: int = 900) -> pd.DataFrame:
    """A small group whose labels follow nothing, beside many columns."""
    draw = np.random.default_rng(5)
    group, columns = draw.random(rows) < 0.15, draw.normal(size=(rows, 30))
    label = np.where(group, draw.random(rows) < 0.5, columns[:, 0] + draw.logistic(size=rows) * 0.5 > 0)
    frame = pd.DataFrame(columns.round(4), columns=[f"x{place}" for place in range(30)])
    return frame.assign(g=np.where(group, "b", "a"), y=label.astype(int))


def trained(made: Prepared) -> Fleet:
    shop = made.training_setting()
    return train(shop, tune(shop, made.tuning_rows()))


def risk(found: Measurements, treatment: Treatment) -> Sample | NotMeasurable:
    return found.samples[Cell(treatment, "tuned", "pair_membership_risk/g")]


@pytest.fixture(scope="module")
def made() -> Prepared:
    return ready(few_by_lot(), *LISTED, members=8, model={"steps": 300, "learning_rates": (0.3,)})


@pytest.fixture(scope="module")
def found(made: Prepared) -> Measurements:
    return measure(made.setting(), trained(made))


def test_it_is_another_model_of_the_same_rows_and_the_control_stays_as_it_was() -> None:
    frame = bank(400)
    alone, both = (trained(ready(frame, *names)) for names in (("oversampling",), LISTED))
    made = ready(frame, *LISTED)
    score = made.family.scores
    inputs = made.encoded.matrix[:50]
    np.testing.assert_array_equal(score(alone.tuned[CONTROL], inputs), score(both.tuned[CONTROL], inputs))
    again, control = score(both.tuned[AGAIN], inputs), score(both.tuned[CONTROL], inputs)
    assert not np.array_equal(again, control)
    assert np.corrcoef(again.ravel(), control.ravel())[0, 1] > 0.7


@pytest.mark.slow
def test_weight_on_a_small_group_shows_its_rows_to_whoever_has_a_second_model(found: Measurements) -> None:
    plain, weighed = risk(found, CONTROL), risk(found, WEIGHED)
    assert isinstance(plain, Sample)
    assert isinstance(weighed, Sample)
    small = {one.group: one.values[:, 0].mean() for one in weighed.contrasts}
    before = {one.group: one.values[:, 0].mean() for one in plain.contrasts}
    assert small["b"] - before["b"] > 0.03
    assert abs(small["a"] - before["a"]) < 0.02


def test_there_is_no_pair_for_itself_nor_without_it(found: Measurements) -> None:
    alone = risk(found, AGAIN)
    assert isinstance(alone, NotMeasurable)
    made = ready(bank(400), "oversampling")
    without = measure(made.setting(), trained(made))
    missing = risk(without, CONTROL)
    assert isinstance(missing, NotMeasurable)
    assert "another_start" in missing.reason


def hidden(*listed: str, units: tuple[int, ...] = (8,)) -> Measurements:
    """How far representations of small networks moved."""
    made = ready(bank(400), *listed, members=3, model={"hidden": units, "steps": 30, "learning_rates": (0.3,)})
    metrics = {"representation_change": made.design.metrics["representation_change"]}
    made = replace(made, design=replace(made.design, metrics=metrics))
    return measure(made.setting(), trained(made))


def test_layers_are_held_against_those_of_the_same_rows() -> None:
    samples = hidden(*LISTED).samples
    control, weighed, itself = (
        samples[Cell(treatment, "tuned", "representation_change")] for treatment in (CONTROL, WEIGHED, AGAIN)
    )
    assert isinstance(control, Sample)
    assert isinstance(weighed, Sample)
    assert 0.02 < control.mean < 0.6
    assert control.values.shape == (3, 61) == weighed.values.shape
    assert isinstance(itself, NotMeasurable)
    assert itself.reason == "this is the control from another start, which has no other one to be held against"


def test_why_there_is_no_layer_to_compare() -> None:
    for listed, units, reason in (
        (("another_start",), (), "these models have no hidden layer"),
        (("oversampling",), (8,), "list the diagnostic another_start for one"),
    ):
        sample = hidden(*listed, units=units).samples[Cell(CONTROL, "tuned", "representation_change")]
        assert isinstance(sample, NotMeasurable)
        assert reason in sample.reason


def test_rows_of_layers_are_test_rows_of_different_clusters(made: Prepared) -> None:
    setting = made.setting()
    assert 150 < len(setting.represented) <= 300
    assert len(np.unique(setting.design.clusters[setting.represented])) == len(setting.represented)
    assert set(setting.represented) <= set(setting.attacked)


def test_sets_are_made_without_a_training_row() -> None:
    made = ready(bank(600), "split_conformal")
    setting, fleet = made.setting(), trained(made)
    held = setting.held_out(0.1)
    labels = setting.dataset.labels.copy()
    labels[setting.design.split.pool] = 1 - labels[setting.design.split.pool]
    layer = setting.design.factors.layers["split_conformal"]
    memo = Memo(refitted(setting, fleet.tuned[CONTROL]), setting)
    plain, turned = (layer.release(memo.ask, one) for one in (held, replace(held, labels=labels)))
    assert isinstance(plain, PredictionSets)
    assert isinstance(turned, PredictionSets)
    np.testing.assert_array_equal(plain.thresholds[:, 0], turned.thresholds[:, 0])


def test_a_report_shows_it_as_what_serves_no_aspect(tmp_path: Path) -> None:
    made = ip.run(study("another_start"), tmp_path, bank(400))
    assert made.content["controls"] == []
    (listed,) = made.content["interventions"]
    assert listed["aspects"] == []
    found = {one["verdict"] for one in made.content["effects"] if one["applied"] == ["another_start"]}
    assert found
    assert not found & {"not_shown_to_work", "did_nothing_here"}
    assert "another start" in (made.path / "report.html").read_text().lower()
    assert made.decision["treatment"] != "another_start"
