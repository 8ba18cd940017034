"""The acceptance story: what every team's own test misses, the audit finds, weighs and decides (examples/silobank.toml)."""

import math
import subprocess
import sys
from pathlib import Path

import pytest

import interplay as ip

STUDY = Path(__file__).parents[2] / "examples" / "silobank.toml"


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    return ip.run(ip.load(STUDY), tmp_path_factory.mktemp("silobank"))


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
    assert len(apart) >= 3 and max(apart) < 1e-9, told


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


@pytest.mark.slow
def test_a_gate_would_have_stopped_it():
    """The same change, held against the approved model: each team's figure passes, and the women's fails."""
    cells = ("balanced_accuracy", "equal_opportunity_difference/sex", "demographic_parity_difference/sex")
    declared = ip.load(STUDY).model_copy(update={"members": 6, "limits": ()})
    change = ip.Study(**{**declared.model_dump(), "gate": {"treatment": ("dp_sgd",), "cells": cells}})
    found = {cell["name"]: cell for cell in ip.gate(change).content["cells"]}
    assert found["equal_opportunity_difference/sex"]["status"] == "fail"
    assert found["balanced_accuracy"]["estimate"] < found["equal_opportunity_difference/sex"]["estimate"] / 3


@pytest.mark.slow
def test_a_gate_lets_the_same_bank_pass_where_nothing_has_changed():
    declared = ip.load(STUDY).model_copy(update={"members": 3, "limits": ()})
    cells = ("balanced_accuracy", "equal_opportunity_difference/sex")
    same = ip.Study(**{**declared.model_dump(), "gate": {"approved": declared.model.model_dump(), "cells": cells}})
    found = ip.gate(same)
    assert found.outcome == "pass" and {cell["estimate"] for cell in found.content["cells"]} == {0.0}
