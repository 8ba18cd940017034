"""What poisoned rows do: against direct training, from plan to report, and in later looks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import interplay as ip
from interplay.auditing.outline import outline
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.estimates import Sample
from interplay.interventions import TrainingRows
from interplay.interventions.label_flipping import LabelFlipping
from interplay.interventions.oversampling import Oversampling
from interplay.measurement.measure import measure
from interplay.measurement.measurements import Cell, Measurements
from interplay.measurement.twins import changes_as_applied
from interplay.training.train import Fleet, train, tune
from tests.measurement.worlds import bank, ready, study

CONTROL, WEIGHED = Treatment(), Treatment(("oversampling",))
POISONED, BOTH = Treatment(("label_flipping",)), Treatment(("label_flipping", "oversampling"))
PROBE = "fairness_to_robustness/poisoned rows"


def lopsided(rows: int = 1_600) -> pd.DataFrame:
    """One row in twelve follows another column than the others, by larger numbers."""
    draw = np.random.default_rng(3)
    group, x = draw.random(rows) < 1 / 12, draw.normal(size=(rows, 2))
    x[group] *= (0.1, 2.0)
    label = draw.random(rows) < expit(3 * x.sum(axis=1))
    return pd.DataFrame({"x0": x[:, 0], "x1": x[:, 1], "g": np.where(group, "b", "a"), "y": label.astype(int)})


def measured(made: Prepared) -> tuple[Fleet, Measurements]:
    shop = made.training_setting()
    fleet = train(shop, tune(shop, made.tuning_rows()))
    return fleet, measure(made.setting(), fleet)


@pytest.fixture(scope="module")
def made() -> Prepared:
    model = {"steps": 300, "learning_rates": (0.3,), "batch_size": "full"}
    ready_ = ready(lopsided(), "oversampling", "label_flipping", members=4, model=model)
    wanted = ("accuracy", "poisoning_damage", "group_poisoning_damage/g", "worst_group_accuracy/g")
    metrics = {key: one for key, one in ready_.design.metrics.items() if key in wanted}
    compared = tuple(one for one in ready_.design.comparisons if one.metric in metrics)
    return replace(ready_, design=replace(ready_.design, metrics=metrics, comparisons=compared))


@pytest.fixture(scope="module")
def found(made: Prepared) -> Measurements:
    return measured(made)[1]


def sample(found: Measurements, treatment: Treatment, metric: str) -> Sample:
    one = found.samples[Cell(treatment, "tuned", metric)]
    assert isinstance(one, Sample)
    return one


def test_damage_is_what_accuracy_loses_in_every_draw(found: Measurements) -> None:
    for treatment, twin in ((POISONED, CONTROL), (BOTH, WEIGHED)):
        lost = sample(found, twin, "accuracy").values - sample(found, treatment, "accuracy").values
        np.testing.assert_allclose(sample(found, treatment, "poisoning_damage").values, lost, atol=1e-12)
        by_group = sample(found, treatment, "group_poisoning_damage/g")
        lost = {
            one.group: [
                next(
                    other
                    for other in sample(found, side, "worst_group_accuracy/g").contrasts
                    if other.group == one.group
                )
                for side in (twin, treatment)
            ]
            for one in by_group.contrasts
        }
        for one in by_group.contrasts:
            before, after = lost[one.group]
            np.testing.assert_allclose(one.values, before.values - after.values, atol=1e-12)


def test_what_is_not_poisoned_has_no_damage(found: Measurements) -> None:
    for treatment in (CONTROL, WEIGHED):
        assert Cell(treatment, "tuned", "poisoning_damage") not in found.samples
    assert found.constant["poisoning_damage"] == 0.0


def test_the_probe_is_the_difference_of_two_differences_as_logistic_regression_gives_it(
    made: Prepared, found: Measurements
) -> None:
    effects = compare(found, made.design.comparisons, {}).effects
    (probe,) = [one for one in effects if one.probe == PROBE and one.tuning == "tuned"]
    assert (probe.treatment, probe.baseline, probe.applied) == (BOTH, POISONED, ("oversampling",))
    lost = {one: sample(found, one, "accuracy").values[:, 0].mean() for one in (CONTROL, WEIGHED, POISONED, BOTH)}
    by_hand = (lost[WEIGHED] - lost[BOTH]) - (lost[CONTROL] - lost[POISONED])
    assert probe.estimate == pytest.approx(by_hand, abs=1e-12)
    elsewhere = _by_logistic_regression(made)
    assert probe.estimate == pytest.approx(elsewhere, abs=0.015)
    assert elsewhere > 0.05


def _by_logistic_regression(made: Prepared) -> float:
    """The same by scikit-learn: labels flipped and rows weighed by hand, then a logistic fit of the score on the tuning rows."""
    setting, shop = made.setting(), made.training_setting()
    matrix, labels = made.encoded.matrix, setting.dataset.labels
    changes = []
    for half, counted in zip(made.design.halves, setting.rows.counted, strict=True):
        rows = TrainingRows(shop.labels[half], shop.groups[half], 2)
        accuracy = {}
        for weighed in (False, True):
            for poisoned in (False, True):
                learned = LabelFlipping().relabel(rows) if poisoned else rows.labels
                weights = Oversampling().weigh(replace(rows, labels=learned)) if weighed else None
                model = LogisticRegression(C=1e4, max_iter=1_000)
                model.fit(matrix[made.design.pool[half]], learned, sample_weight=weights)
                score = model.decision_function(matrix)[:, None]
                platt = LogisticRegression(C=1e4).fit(score[setting.tuning], labels[setting.tuning])
                accuracy[weighed, poisoned] = (platt.predict(score) == labels)[counted].mean()
        with_it, without = (accuracy[weighed, False] - accuracy[weighed, True] for weighed in (True, False))
        changes.append(with_it - without)
    return float(np.mean(changes))


def test_a_twin_that_is_applied_otherwise_is_measured_as_applied(made: Prepared) -> None:
    fleet, _ = measured(made)
    other = replace(fleet, as_applied={**fleet.as_applied, CONTROL: fleet.as_applied[WEIGHED]})
    built = made.design.factors
    assert [changes_as_applied(built, fleet, one) for one in (POISONED, BOTH, CONTROL)] == [False] * 3
    assert [changes_as_applied(built, other, one) for one in (POISONED, BOTH, CONTROL)] == [True, False, True]
    samples = measure(made.setting(), other).samples
    tuned, applied = (samples[Cell(POISONED, arm, "poisoning_damage")] for arm in ("tuned", "as_applied"))
    assert isinstance(tuned, Sample)
    assert isinstance(applied, Sample)
    other_twin = samples[Cell(CONTROL, "as_applied", "accuracy")]
    own = samples[Cell(POISONED, "as_applied", "accuracy")]
    assert isinstance(other_twin, Sample)
    assert isinstance(own, Sample)
    np.testing.assert_allclose(applied.values, other_twin.values - own.values, atol=1e-12)
    assert not np.allclose(applied.values, tuned.values)


def test_from_the_plan_to_the_report_and_never_to_a_choice(tmp_path: Path) -> None:
    asked = study("oversampling", "label_flipping", members=3, most_members=5, data={"radius": None})
    frame = bank(500)
    told = outline(prepare(asked, frame), tmp_path)
    assert "label_flipping + oversampling  [compared and never chosen: a diagnostic" in told
    assert "label_flipping is also trained beside oversampling: 2 of the treatments are there for it" in told
    audit = ip.run(asked, tmp_path, frame)
    effects = [one for one in audit.content["effects"] if one["probe"].startswith(PROBE)]
    assert {one["treatment"] for one in effects} == {"label_flipping + oversampling"}
    assert {one["baseline"] for one in effects} == {"label_flipping"}
    assert all(one["estimate"] is not None for one in effects)
    grown = {one["members"] for one in effects if one["tuning"] == "tuned" and one["metric"] == "poisoning_damage"}
    members = {one["name"]: one["members"] for one in audit.content["treatments"]}
    assert grown == {5}
    assert members["oversampling"] == 3, "a twin grows for the poisoned treatment alone"
    candidates = {one["treatment"] for one in audit.content["decision"]["rejected"]} | {audit.decision["treatment"]}
    assert not any("label_flipping" in (name or "") for name in candidates)
    never = {one["name"]: one["never_chosen"] for one in audit.content["treatments"]}
    assert "attack on the training rows" in never["label_flipping + oversampling"]
    assert not [
        one for one in audit.content["effects"] if one["metric"] == "poisoning_damage" and one["estimate"] is None
    ]
    assert "damage by poisoned training rows" in (audit.path / "report.html").read_text()
