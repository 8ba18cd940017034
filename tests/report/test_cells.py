import random
from functools import partial
from typing import Any

import pytest

from interplay.report.cells import MatrixCell, pair_effect, pair_notes, rows
from interplay.report.page import render
from interplay.report.reading import AuditReading, in_tolerances
from interplay.report.schema import inconsistencies
from tests.report import sample as samples

Audit = dict[str, Any]


def test_training_and_layers_are_apart(audit: Audit) -> None:
    reading = AuditReading(audit)
    training = [row.treatment["name"] for row in rows(reading, training=True)]
    assert len(training) == 7 and "control" not in training
    assert [row.treatment["name"] for row in rows(reading, training=False)] == [
        "group_thresholds",
        "release_explanations",
        "split_conformal",
        "group_conformal",
    ]


def test_cell_has_the_worst_verdict_and_its_largest_effect(audit: Audit) -> None:
    row = next(row for row in rows(AuditReading(audit), training=True) if row.treatment["name"] == "dp_sgd")
    fairness, privacy = row.cells[0], row.cells[1]
    assert (fairness.aspect, fairness.verdict, privacy.verdict) == ("fairness", "harm", "improvement")
    assert fairness.deciding is not None and fairness.deciding["metric"] == "accuracy_disparity/race"
    lows = [in_tolerances(one["low"], one["tolerance"]) for one in fairness.effects if one["verdict"] == "harm"]
    assert in_tolerances(fairness.deciding["low"], fairness.deciding["tolerance"]) == max(lows) > 1
    assert fairness.unmeasured == 2
    assert all(one["tuning"] == "tuned" and one["applied"] == ["dp_sgd"] for one in row.effects)


def test_a_layer_that_must_be_there_counts_for_training(audit: Audit) -> None:
    row = next(row for row in rows(AuditReading(audit), training=True) if row.treatment["name"] == "dp_sgd")
    explainability = next(cell for cell in row.cells if cell.aspect == "explainability")
    assert [one["treatment"] for one in explainability.effects] == ["dp_sgd + release_explanations"]


def test_within_tolerance_is_marked(audit: Audit) -> None:
    for row in rows(AuditReading(audit), training=True):
        for cell in row.cells:
            if cell.deciding is not None:
                tolerance = cell.deciding["tolerance"]
                assert cell.equal == (cell.deciding["low"] > -tolerance and cell.deciding["high"] < tolerance)


def test_a_collapsed_treatment_is_withheld_whole(audit: Audit) -> None:
    withheld = [row.treatment["name"] for row in rows(AuditReading(audit), training=True) if row.withheld]
    assert withheld == ["reweighing + dp_sgd + adversarial_training"]


def test_pair_is_decided_by_a_primary_effect_of_its_verdict(audit: Audit) -> None:
    reading = AuditReading(audit)
    for (source, target), pair in reading.pairs.items():
        effect = pair_effect(reading, source, target)
        assert effect is None or effect["verdict"] == pair["verdict"]
        assert effect is None or effect["primary"] or pair["primary_verdict"] != "harm"
    harmed = pair_effect(reading, "privacy", "fairness")
    assert harmed is not None and harmed["contrast"] == "black against white"


WORDS = ("harm", "harm_undetermined", "no_material_harm", "improvement", "inconclusive", "withheld", "did_nothing_here")


def _shuffled(seed: int) -> Audit:
    """The sample with verdicts drawn at random, and the pairs told again from them."""
    dice, audit = random.Random(seed), samples.sample()
    for effect in audit["effects"]:
        if effect["estimate"] is not None:
            effect["verdict"] = dice.choices(WORDS, (1, 2, 6, 2, 6, 1, 1))[0]
            effect["reason"] = effect["reason"] or "drawn"
    pairs = [(pair["source"], pair["target"]) for pair in audit["interactions"]]
    audit["interactions"] = [samples.interaction(*pair, audit["effects"]) for pair in pairs]
    return audit


def _cells(reading: AuditReading) -> list[tuple[Any, MatrixCell]]:
    return [(row, cell) for training in (True, False) for row in rows(reading, training) for cell in row.cells]


@pytest.mark.parametrize(
    "made", [samples.sample, samples.hostile, samples.large, *(partial(_shuffled, seed) for seed in range(4))]
)
def test_no_cell_hides_a_shown_harm(made: Any) -> None:
    """For every treatment and aspect: no verdict is better than the worst harm shown on any metric of the aspect."""
    audit = made()
    for row, cell in _cells(AuditReading(audit)):
        mine = [
            effect
            for effect in audit["effects"]
            if set(effect["applied"]) == set(row.treatment["interventions"])
            and (effect["target"], effect["tuning"], effect["verdict"]) == (cell.aspect, "tuned", "harm")
        ]
        assert (cell.verdict == "harm") is bool(mine)
        if mine:
            assert any(cell.deciding is effect for effect in mine), "the metric that decides is one that is harmed"
            assert {effect["metric"] for effect in cell.harms} == {effect["metric"] for effect in mine}
    for pair in audit["interactions"]:
        acted_for = [
            effect
            for effect in audit["effects"]
            if (effect["target"], effect["tuning"]) == (pair["target"], "tuned")
            and samples.acts_for(effect, pair["source"])
        ]
        assert (pair["verdict"] == "harm") is any(effect["verdict"] == "harm" for effect in acted_for)
    assert inconsistencies(audit) == []


def _planted(verdict: str, **more: Any) -> tuple[Audit, AuditReading, MatrixCell]:
    """Adversarial training and utility: clear on both headline metrics; the log loss, which is none, has this verdict."""
    audit = samples.sample()
    for effect in audit["effects"]:
        if effect["applied"] == ["adversarial_training"] and effect["target"] == "utility":
            numbers = {"estimate": 0.0, "low": -0.01, "high": 0.01, "verdict": "no_material_harm"}
            given = {"estimate": 0.05, "low": 0.03, "high": 0.07, "verdict": verdict, "reason": "planted", **more}
            effect |= given if effect["metric"] == "log_loss" else numbers
    reading = AuditReading(audit)
    row = next(row for row in rows(reading, training=True) if row.treatment["name"] == "adversarial_training")
    return audit, reading, next(cell for cell in row.cells if cell.aspect == "utility")


def test_a_harm_outside_of_the_headline_decides_and_the_headline_stays_visible() -> None:
    audit, reading, cell = _planted("harm")
    assert (cell.verdict, cell.headline) == ("harm", "no_material_harm")
    assert cell.deciding is not None and reading.quantity(cell.deciding) == "log loss"
    assert cell.notes == ["headline metrics: no material harm"]
    page = render(audit)
    assert 'log loss</small><small class="note">headline metrics: no material harm</small>' in page


@pytest.mark.parametrize("verdict", ["inconclusive", "harm_undetermined"])
def test_what_is_open_outside_of_the_headline_is_counted_and_decides_nothing(verdict: str) -> None:
    _, _, cell = _planted(verdict)
    assert (cell.verdict, cell.notes) == ("no_material_harm", ["1 other metric open"])


def test_a_pair_names_a_harm_outside_of_its_primary_probes_and_what_those_say() -> None:
    audit = samples.sample()
    for effect in audit["effects"]:
        if (effect["source"], effect["target"]) == (["robustness"], "fairness"):
            secondary = effect["metric"] == "worst_group_accuracy/race" and not effect["primary"]
            harmed = {"estimate": 0.05, "low": 0.03, "high": 0.07, "verdict": "harm"}
            effect |= harmed if secondary and effect["tuning"] == "tuned" else {"verdict": "no_material_harm"}
            if effect["low"] is None:
                effect["verdict"] = "not_measurable"
    pair = samples.interaction("robustness", "fairness", audit["effects"])
    assert (pair["verdict"], pair["primary_verdict"]) == ("harm", "no_material_harm")
    audit["interactions"] = [
        pair if (one["source"], one["target"]) == ("robustness", "fairness") else one for one in audit["interactions"]
    ]
    reading = AuditReading(audit)
    deciding = pair_effect(reading, "robustness", "fairness")
    assert deciding is not None and deciding["metric"] == "worst_group_accuracy/race"
    assert pair_notes(reading, "robustness", "fairness")[0] == "primary probes: no material harm"
    assert reading.change(deciding) == "5.0\N{NO-BREAK SPACE}points lower"
