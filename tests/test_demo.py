"""The story of SiloBank: what every team's own test misses, the audit finds, weighs and decides; told from what was measured."""

import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.demo import couples, silobank
from interplay.demo.told import told

STUDY = Path(__file__).parents[1] / "examples" / "silobank.toml"


@pytest.fixture(scope="module")
def declared():
    return silobank.study()


@pytest.fixture(scope="module")
def audit(declared, tmp_path_factory):
    return ip.run(declared, tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def bank(audit, declared):
    return silobank.bank(audit, declared)


@pytest.fixture(scope="module")
def story(bank):
    return silobank.acts(bank)


def test_each_teams_own_check_passes_in_its_act_but_for_the_budget_that_brings_dp_sgd(story):
    before, asking, after = story[:3], story[3], story[5]
    assert all(check.passed for act in (*before, after) for check in act.checks)
    assert [check.passed for check in asking.checks] == [False]


def test_the_whole_audit_finds_what_nobody_asked_again(story, bank):
    last = story[-1]
    assert not any(check.passed for check in last.checks)
    assert "DP-SGD harms fairness" in last.outcome and "Clipping alone does" in last.outcome
    origin = next(each for each in bank.audit["origins"]["shares"] if each["metric"] == silobank.OPPORTUNITY)
    assert origin["share"] > 0.8, "clipping and not noise turns the gradient away from women"


def test_couples_that_differ_in_nothing_that_matters_are_told_apart_more_often(bank, story):
    assert bank.denied["dp_sgd"].mean() > 2 * bank.denied["control"].mean()
    assert f"{100 * bank.denied['dp_sgd'].mean():.1f} %" in story[6].outcome


def test_couples_are_one_man_and_one_woman_of_one_creditworthiness(declared):
    ready = prepare(declared)
    found, table = couples.deserving(ready), ready.dataset.table
    for column in ("couple", "creditworthiness"):
        values = table.column(column).values
        assert (values[found.husbands] == values[found.wives]).all()
    sex = table.column("sex")
    names = np.asarray([sex.categories[code] for code in sex.values])
    assert set(names[found.husbands]) == {"man"} and set(names[found.wives]) == {"woman"}
    assert (table.column("creditworthiness").values[found.wives] > couples.DESERVING).all()


def test_a_check_is_held_against_the_end_of_its_interval(bank):
    def level(metric, low, high):
        values = [{"treatment": "control", "tuning": "tuned", "mean": 0.07, "low": low, "high": high}]
        declared = {"limits": [{"metric": "equal_opportunity_difference", "at_most": 0.08}]}
        content = {"metrics": [{"key": metric, "values": values}], "study": {"declared": declared}}
        return silobank.Bank(content, 0.5, {})

    for high, passed in ((0.079, True), (0.081, False)):
        found = level(silobank.OPPORTUNITY, 0.06, high)
        assert silobank._at_most(found, silobank.OPPORTUNITY, "gap", "control").passed is passed


def test_it_reads_as_acts(story):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(told(story))
    text = console.export_text()
    assert "Act 0. First line" in text and "Act 7. Internal audit" in text
    assert text.count("passed") >= 6 and text.count("FAILED") == 3


def test_another_story_is_refused():
    from interplay.cli import app

    found = CliRunner().invoke(app, ["demo", "cinderella"])
    assert isinstance(found.exception, ip.InterplayError) and "write interplay demo silobank" in str(found.exception)


@pytest.fixture(scope="module")
def harm(audit):
    found = audit.effects
    wanted = (found.treatment == "dp_sgd") & (found.tuning == "tuned") & found.primary
    return found[wanted & (found.metric == "equal_opportunity_difference/sex")].iloc[0]


def test_the_privacy_office_is_content(audit):
    spent = next(one["privacy"] for one in audit.content["treatments"] if one["name"] == "dp_sgd")
    assert spent["epsilon"] <= 8


def test_overall_accuracy_and_approval_rates_hardly_show_it(audit):
    found = audit.effects[(audit.effects.treatment == "dp_sgd") & (audit.effects.tuning == "tuned")].set_index("metric")
    seen = found.loc["equal_opportunity_difference/sex", "estimate"]
    assert found.loc["accuracy", "estimate"] < seen / 3


def test_privacy_harms_fairness_with_an_interval_above_the_tolerance(audit, harm):
    assert harm.verdict == "harm" and harm.low > harm.tolerance
    pairs = audit.interactions.set_index(["source", "target"])
    assert pairs.loc[("privacy", "fairness"), "verdict"] == "harm"


def test_the_deployed_model_is_all_but_sure_to_harm_and_the_risk_is_critical(audit, harm):
    assert harm.probability_deployed >= 0.95
    risks = audit.content["register"]["risks"]
    risk = next(one for one in risks if one["pair"] == "privacy_to_fairness" and one["metric"] == harm.metric)
    assert (risk["likelihood"], risk["severity"]) == ("near-certain", "critical")
    assert {"woman", "man"} == {group["name"] for group in risk["groups"]}


def test_the_private_model_is_inadmissible_and_another_is_chosen(audit):
    decision = audit.decision
    rejected = {one["treatment"]: one for one in decision["rejected"]}
    assert "equal_opportunity_difference/sex at most 0.08" in rejected["dp_sgd"]["reason"]
    assert "the budget is unbounded" in rejected["control"]["reason"]
    assert decision["treatment"] == "dp_sgd + group_thresholds"


def test_the_limit_that_would_have_let_it_through_is_named(audit):
    (found,) = [one for one in audit.decision["let_through"] if one["treatment"] == "dp_sgd"]
    assert found["metric"] == "equal_opportunity_difference/sex"
    assert 0.1 < found["needed"] < 0.4
    page = audit.report.read_text(encoding="utf-8")
    assert "DP-SGD would be admissible" in page and f"at most {math.ceil(1000 * found['needed']) / 10:.1f}" in page


@pytest.mark.parametrize("script", ["recompute", "recompute_joint"])
def test_a_reviewer_gets_the_same_numbers(audit, script):
    told = _run(script, audit.path)
    apart = [float(line.rpartition(" ")[2]) for line in told if "largest difference" in line]
    assert len(apart) >= 3 and max(apart) < 1e-8, told


def test_a_reviewer_comes_to_the_same_decision(audit):
    told = _run("recompute_decision", audit.path)
    assert told[-2:] == ["recomputed: dp_sgd + group_thresholds", "the audit:  dp_sgd + group_thresholds"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_another_bank_of_the_same_kind_has_the_same_story(seed, tmp_path):
    study = ip.load(STUDY)
    data = study.data.model_copy(update={"options": study.data.options | {"seed": seed}})
    audit = ip.run(study.model_copy(update={"seed": seed, "data": data}), tmp_path)
    found = audit.effects
    wanted = (found.treatment == "dp_sgd") & (found.tuning == "tuned") & found.primary
    harm = found[wanted & (found.metric == "equal_opportunity_difference/sex")].iloc[0]
    assert harm.verdict == "harm" and harm.probability_deployed >= 0.95
    risks = audit.content["register"]["risks"]
    risk = next(one for one in risks if one["pair"] == "privacy_to_fairness" and one["metric"] == harm.metric)
    assert risk["severity"] in ("critical", "major")
    rejected = {one["treatment"]: one["reason"] for one in audit.decision["rejected"]}
    assert rejected["dp_sgd"].startswith(("inadmissible: equal_opp", "undecided: equal_opp")), (
        "it is not shown to keep the limit"
    )


def _run(script, path):
    command = [sys.executable, str(STUDY.parents[1] / "docs" / f"{script}.py"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_gate_would_have_stopped_it(declared):
    """The same change, held against the approved model: each team's figure passes, and the women's fails."""
    found = ip.gate(declared)
    cells = {cell["name"]: cell for cell in found.content["cells"]}
    assert found.outcome == "fail"
    assert cells["equal_opportunity_difference/sex"]["status"] == "fail"
    assert cells["accuracy"]["estimate"] < cells["equal_opportunity_difference/sex"]["estimate"] / 3


@pytest.mark.slow
def test_a_gate_lets_the_same_bank_pass_where_nothing_has_changed():
    declared = ip.load(STUDY).model_copy(update={"members": 3, "limits": ()})
    cells = ("balanced_accuracy", "equal_opportunity_difference/sex")
    same = ip.Study(**{**declared.model_dump(), "gate": {"approved": declared.model.model_dump(), "cells": cells}})
    found = ip.gate(same)
    assert found.outcome == "pass" and {cell["estimate"] for cell in found.content["cells"]} == {0.0}
