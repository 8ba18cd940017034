"""Approvals and gates: what goes stale, what is waived, and what the command line returns."""

import json
import shutil
import subprocess
import sys
from datetime import date
from importlib.metadata import entry_points

import numpy as np
import pytest
from safetensors.numpy import load_file

import interplay as ip
from interplay.errors import IntegrityError, RunError, StudyError
from interplay.gating.approval import read_approval
from tests.audit import planted
from tests.audit.planted import bank, given, study
from tests.families.given_files import logistic, onnx_file
from tests.test_cli import run

FRAME = bank(1500)
CELLS = ("balanced_accuracy", "log_loss", "accuracy_disparity/g", "coverage")
WIDE = {"log_loss": 0.2, "balanced_accuracy": 0.1, "accuracy_disparity/g": 0.2, "coverage": 0.1}
LIMITS = ({"metric": "accuracy", "at_least": 0.6},)


def asked(**changes):
    own = {"tolerances": WIDE, "limits": LIMITS, "gate": {"cells": CELLS}}
    return study(own.pop("tolerances"), **{**own, **changes})


@pytest.fixture(scope="module")
def approval(tmp_path_factory):
    """The approval of a model with the right log-odds."""
    folder = tmp_path_factory.mktemp("runs")
    declared = asked()
    done = ip.run(declared, folder, frame=FRAME, network=given())
    return ip.approve(done.path, frame=FRAME, network=given(), by="Jane Doe")


def with_approval(path, **changes):
    return asked(gate={"cells": CELLS, "approval": str(path), **changes.pop("gate", {})}, **changes)


def statuses(found):
    return {cell["name"]: cell["status"] for cell in found.content["cells"]}


def test_an_approval_holds_draws_and_no_row(approval):
    told = json.loads(approval.read_text())
    arrays = load_file(approval.with_suffix(".safetensors"))
    assert {array.dtype for array in arrays.values()} == {np.dtype("float32")}
    assert {array.shape for array in arrays.values()} == {(1, 101)}, "one model, draw 0 and a hundred more"
    assert told["approved_by"] == "Jane Doe" and len(told["model"]["digest"]) == len(told["data"]) == 64
    assert told["limits"][0]["at_least"] == 0.6 and told["tolerances"] == WIDE and told["versions"]["numpy"]
    assert approval.stat().st_size + approval.with_suffix(".safetensors").stat().st_size < 200_000


def test_the_approved_model_passes_with_differences_of_exactly_zero(approval):
    found = ip.gate(with_approval(approval), FRAME, given())
    assert found.outcome == "pass" and found.content["same_model"]
    changes = [cell for cell in found.content["cells"] if not cell["name"].startswith("limit")]
    assert {cell["estimate"] for cell in changes} == {0.0} and len(changes) == len(CELLS)
    assert "no decision of the approved model" in found.content["churn"]["reason"]


def test_a_harm_against_draws_alone_is_that_beside_the_model(approval):
    worse = given(planted.less_accurate)
    by_draws = ip.gate(with_approval(approval), FRAME, worse)
    beside = ip.gate(asked(), FRAME, worse, given())
    for one, other in zip(by_draws.content["cells"], beside.content["cells"], strict=True):
        assert one["name"] == other["name"] and one["status"] == other["status"]
        assert one["estimate"] == pytest.approx(other["estimate"], abs=1e-7)
    assert "share" in beside.content["churn"]["all"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"limits": ({"metric": "accuracy", "at_least": 0.61},)}, "the limits are not those"),
        ({"tolerances": {**WIDE, "log_loss": 0.1}}, "the tolerances are not those"),
        ({"seed": 1}, "the study declares other"),
        ({"draws": 60}, "the study declares other"),
    ],
)
def test_a_changed_study_makes_an_approval_stale_for_every_aspect(approval, changed, words):
    declared = with_approval(approval).model_copy(update=json_study(changed))
    with pytest.raises(IntegrityError, match=words) as stale:
        ip.gate(declared, FRAME, given())
    assert "stale for every aspect" in stale.value.found and "interplay approve RUN" in stale.value.remedy


def json_study(changed):
    """The parts as a study has them."""
    own = study(
        changed.get("tolerances"), **{key: one for key, one in changed.items() if key not in ("tolerances", "draws")}
    )
    return {key: getattr(own, key) if key != "draws" else changed[key] for key in changed}


def test_changed_data_or_another_version_make_it_stale(approval, tmp_path, monkeypatch):
    other = FRAME.copy()
    other.loc[0, "x0"] += 0.5
    with pytest.raises(IntegrityError, match="the data are not those of the approval"):
        ip.gate(with_approval(approval), other, given())
    monkeypatch.setattr("interplay.gating.approval.version", lambda _: "0.0.9")
    with pytest.raises(IntegrityError, match="not of the version"):
        ip.gate(with_approval(approval), FRAME, given())


def test_a_changed_or_missing_file_is_noticed(approval, tmp_path):
    def copied():
        for ending in (".json", ".safetensors"):
            shutil.copy(approval.with_suffix(ending), tmp_path / f"approval{ending}")
        return tmp_path / "approval.json"

    path = copied()
    path.write_text(path.read_text().replace("Jane Doe", "Joan Doe"))
    with pytest.raises(IntegrityError, match="whose text was changed"):
        read_approval(path, {})
    draws = copied().with_suffix(".safetensors")
    content = bytearray(draws.read_bytes())
    content[-1] ^= 1
    draws.write_bytes(content)
    with pytest.raises(IntegrityError, match="whose draws were changed"):
        read_approval(tmp_path / "approval.json", {})
    for text in ("no json", "[]", "{}"):
        copied().write_text(text)
        with pytest.raises(IntegrityError):
            read_approval(tmp_path / "approval.json", {})
    with pytest.raises(IntegrityError, match="No such file"):
        read_approval(tmp_path / "nowhere.json", {})


def test_only_a_finished_run_of_what_is_there_is_approved(approval, tmp_path):
    with pytest.raises(RunError, match="no finished stage"):
        ip.approve(tmp_path, frame=FRAME, network=given())
    with pytest.raises(IntegrityError, match="others"):
        ip.approve(approval.parent, frame=FRAME, network=given(planted.vague))


def test_a_model_that_breaks_a_limit_is_not_approved(tmp_path):
    strict = asked(limits=({"metric": "accuracy", "at_least": 0.95},))
    done = ip.run(strict, tmp_path, frame=FRAME, network=given())
    with pytest.raises(RunError, match="keeps the hard limits"):
        ip.approve(done.path, frame=FRAME, network=given())


def test_waivers_let_a_cell_through_until_their_last_day(approval):
    own = {"cell": "balanced_accuracy", "reason": "it is known", "owner": "Jane Doe", "expires": "2026-06-30"}
    declared = with_approval(approval, gate={"waivers": (own,), "cells": ("balanced_accuracy", "coverage")})
    declared = declared.model_copy(update={"tolerances": WIDE})
    worse = given(planted.less_accurate)
    kept, ended = (ip.gate(declared, FRAME, worse, today=date(2026, month, 30)) for month in (6, 7))
    assert statuses(kept)["balanced_accuracy"] == "waived" and kept.content["waivers_ended"] == []
    assert statuses(ended)["balanced_accuracy"] != "waived" and len(ended.content["waivers_ended"]) == 1


def test_a_quick_profile_says_what_it_leaves_out_and_changes_no_number(approval):
    full, quick = (
        ip.gate(with_approval(approval), FRAME, given(planted.unfair), profile=one) for one in ("full", "quick")
    )
    assert quick.content["left_out"] == ["coverage"] and full.content["left_out"] == []
    known = {cell["name"]: cell["estimate"] for cell in full.content["cells"]}
    assert all(cell["estimate"] == known[cell["name"]] for cell in quick.content["cells"])


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ({}, "an approved side"),
        ({"cells": ("acuracy",)}, "a metric of the catalogue"),
        (
            {"waivers": ({"cell": "accuracy", "reason": " ", "owner": "me", "expires": "2026-01-01"},)},
            "the reason of a waiver",
        ),
        (
            {"waivers": ({"cell": "accuracy", "reason": "r", "owner": "o", "expires": "2026-02-30"},)},
            "a day of the calendar",
        ),
        ({"approval": "a.json", "approved": {"kind": "fitted", "path": "a.onnx"}}, "both of them"),
    ],
)
def test_a_gate_that_says_nothing_sound_is_refused(gate, words):
    with pytest.raises(StudyError, match=words):
        ip.gate(study(gate=gate), FRAME, given())


TEXT = """name = "loans"
draws = 50
[data]
source = "bank.csv"
label = "y"
favourable = 1
drop = {{ c = "a text" }}
[groups]
minimum_rows = 20
[groups.attributes.g]
[model]
kind = "fitted"
path = "{model}"
[[limits]]
metric = "accuracy"
at_least = {least}
[tolerances]
accuracy = {tolerance}
[gate]
approval = "approval.json"
cells = [
  "accuracy",
  "log_loss",
]
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with a table, two models, a run and its approval, as a pipeline has them."""
    from tests.measurement.worlds import bank as table

    folder = tmp_path_factory.mktemp("project")
    frame = table(rows=600)
    frame.to_csv(folder / "bank.csv", index=False)
    good = logistic(frame, 300)
    onnx_file(folder, good).rename(folder / "good.onnx")
    good.coef_ = -good.coef_
    onnx_file(folder, good).rename(folder / "turned.onnx")
    write(folder)
    assert run("run", "study.toml", "--quiet", cwd=folder).returncode == 0
    (made,) = (folder / "runs").iterdir()
    done = run("approve", made.name[:8], "--output", ".", cwd=folder)
    assert done.returncode == 0 and "Wrote approval.json" in done.stdout
    return folder


def write(folder, model="good.onnx", least=0.6, tolerance=0.05):
    (folder / "study.toml").write_text(TEXT.format(model=model, least=least, tolerance=tolerance))


def test_exit_codes_say_how_a_gate_went(project):
    write(project)
    done = run("gate", "study.toml", cwd=project)
    assert done.returncode == 0 and "Passed" in done.stdout and "The candidate is the approved model" in done.stdout
    write(project, "turned.onnx")
    done = run("gate", "study.toml", "--annotate", "--sarif", cwd=project)
    assert done.returncode == 1 and "FAILED" in done.stdout
    assert "::error file=study.toml,line=22,col=3," in done.stdout, "the line of the cell in the study"
    assert {path.name for path in (project / "gate").iterdir()} == {
        "gate.json",
        "junit.xml",
        "summary.md",
        "findings.sarif",
    }
    write(project, least=0.61)
    done = run("gate", "study.toml", cwd=project)
    assert done.returncode == 4 and "stale for every aspect" in done.stderr
    (project / "study.toml").write_text(TEXT.format(model="good.pkl", least=0.6, tolerance=0.05))
    done = run("gate", "study.toml", cwd=project)
    assert done.returncode == 2 and "a pickle runs code" in done.stderr
    write(project)


@pytest.mark.slow
def test_two_files_are_compared_by_name(project):
    write(project)
    words = ("compare", "--approved", "good.onnx", "--candidate", "turned.onnx", "--study", "study.toml")
    done = run(*words, "--output", "found.json", cwd=project)
    found = json.loads((project / "found.json").read_text())
    assert done.returncode == 1 and found["outcome"] == "fail"
    assert found["churn"]["all"]["share"] > 0.8, "nearly everybody is decided the other way round"
    assert "not about how they were made" in " ".join(done.stdout.split())


def test_a_file_is_compared_with_an_approval(project):
    write(project)
    words = ("compare", "--approved", "approval.json", "--candidate", "good.onnx", "--study", "study.toml")
    done = run(*words, cwd=project)
    assert done.returncode == 0 and "The candidate is the approved model" in done.stdout


def test_words_that_are_none_are_refused(project):
    for words, code in (
        (("gate",), 2),
        (("gate", "study.toml", "--profile", "slow"), 2),
        (("gate", "--workflow", "jenkins"), 2),
    ):
        assert run(*words, cwd=project).returncode == code
    assert "actions/checkout" in run("gate", "--workflow", "github", cwd=project).stdout


def plugged(project, *words):
    """Pytest in the project, which has one test of its own."""
    (project / "pytest.ini").write_text("[pytest]\n")
    (project / "test_own.py").write_text("def test_own():\n    assert True\n")
    installed = any(one.value == "interplay.pytest_plugin" for one in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "interplay.pytest_plugin")
    command = (sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "-rs", *words)
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_pytest_has_an_item_for_every_cell_also_in_several_processes(project):
    write(project, "turned.onnx")
    done = plugged(project, "--interplay-gate", "study.toml", "--interplay-profile", "quick", "-n", "2", "-v")
    assert done.returncode == 1 and "3 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    for cell in ("accuracy", "log_loss", "limit: accuracy at least 0.6"):
        assert f"gate[{cell}]" in done.stdout
    assert "worse by more than the tolerance" in done.stdout and "Traceback" not in done.stdout
    write(project)


@pytest.mark.slow
def test_pytest_passes_with_the_approved_model_and_names_choose_items(project):
    write(project)
    done = plugged(project, "--interplay-gate", "study.toml", "--interplay-profile", "quick", "-k", "gate and log")
    assert done.returncode == 0 and "1 passed, 3 deselected" in done.stdout, done.stdout + done.stderr
    write(project, least=0.61)
    done = plugged(project, "--interplay-gate", "study.toml")
    assert done.returncode == 4 and "stale for every aspect" in done.stderr
    write(project)


RECIPE = {"kind": "estimator", "factory": "sklearn.linear_model:LogisticRegression"}


def test_a_recipe_is_held_against_the_members_of_an_approved_run(tmp_path):
    """Members of the candidate are trained on the same halves with the same random numbers as those that were approved."""
    frame = bank(900)
    recipe = ip.ModelSection(**RECIPE)
    cells = ("log_loss", "balanced_accuracy", "accuracy_disparity/g")
    declared = asked(members=3, gate={"cells": cells}).model_copy(update={"model": recipe})
    done = ip.run(declared, tmp_path, frame=frame)
    path = ip.approve(done.path, frame=frame)
    told = json.loads(path.read_text())
    assert told["members"] == 3
    gated = declared.model_copy(update={"gate": declared.gate.model_copy(update={"approval": str(path)})})
    same = ip.gate(gated, frame)
    assert {cell["estimate"] for cell in same.content["cells"] if cell["name"] in cells} == {0.0}
    assert same.content["same_model"] and "two recipes" in same.content["about"]
    stump = {"factory": "sklearn.tree:DecisionTreeClassifier", "options": {"max_depth": 1}}
    other = ip.gate(gated.model_copy(update={"model": recipe.model_copy(update=stump)}), frame)
    assert not other.content["same_model"] and other.content["members"] == 3
    found = {cell["name"]: cell["estimate"] for cell in other.content["cells"]}
    assert found["log_loss"] > 0 and found["balanced_accuracy"] != 0


def test_what_acts_on_an_approved_model_is_approved_with_it(tmp_path):
    """Weights in training and thresholds on top: the chosen treatment of a run, and not its control."""
    frame, chosen = bank(900), ("reweighing", "group_thresholds")
    cells = ("demographic_parity_difference/g", "log_loss", "coverage")
    declared = asked(
        members=3, gate={"cells": cells}, interventions=tuple(ip.InterventionSection(name=name) for name in chosen)
    ).model_copy(update={"model": ip.ModelSection(**RECIPE)})
    done = ip.run(declared, tmp_path, frame=frame)
    paths = {
        name: ip.approve(done.path, frame=frame, treatment=name, output=tmp_path / name)
        for name in ("control", "group_thresholds", " + ".join(chosen))
    }
    told = json.loads(paths["reweighing + group_thresholds"].read_text())
    assert told["treatment"] == "reweighing + group_thresholds" and told["model"]["model"].endswith("thresholds")
    assert len({json.loads(path.read_text())["model"]["digest"] for path in paths.values()}) == 3

    def held(path, *treatment):
        own = declared.gate.model_copy(update={"approval": str(path), "treatment": treatment})
        return ip.gate(declared.model_copy(update={"gate": own}), frame)

    for name, treatment in (("group_thresholds", chosen[1:]), ("reweighing + group_thresholds", chosen)):
        same = held(paths[name], *treatment)
        assert {cell["estimate"] for cell in same.content["cells"] if cell["name"] in cells} == {0.0}
        assert same.content["same_model"]
    without = held(paths["group_thresholds"])
    found = {cell["name"]: cell["estimate"] for cell in without.content["cells"]}
    assert not without.content["same_model"]
    assert found["demographic_parity_difference/g"] > 0.02, "thresholds are what keeps it small"
    assert found["log_loss"] == 0.0 == found["coverage"], "they change no probability"
    with pytest.raises(RunError, match=r"'dp_sgd'.*name one of: control, group_thresholds, reweighing"):
        ip.approve(done.path, frame=frame, treatment="dp_sgd")


def test_thresholds_on_top_of_a_given_model_change_who_is_decided_differently():
    declared = asked(interventions=(ip.InterventionSection(name="group_thresholds"),))
    own = declared.gate.model_copy(update={"cells": ("accuracy",), "treatment": ("group_thresholds",)})
    found = ip.gate(declared.model_copy(update={"gate": own}), FRAME, given(), given())
    assert found.content["churn"]["all"]["share"] > 0 and not found.content["same_model"]
    assert found.content["candidate"]["model"].endswith("with group thresholds")


def test_a_given_model_is_not_confirmed(tmp_path):
    declared = asked(gate={})
    ip.run(declared, tmp_path, frame=FRAME, network=given())
    with pytest.raises(RunError, match="a recipe of which fresh models can be trained"):
        ip.confirm(declared, tmp_path, frame=FRAME, network=given())


def test_of_a_model_that_only_decides_the_usual_cells_hold_an_attack_on_decisions():
    rows = np.arange(len(FRAME)) < 500

    def decider():
        return ip.fitted(lambda rows: (planted.odds(rows) > 0).astype(int), classes=planted.CLASSES, trained_on=rows)

    found = ip.gate(asked(gate={}), FRAME, decider(), decider(), profile="quick")
    attacked = {cell["name"]: cell["status"] for cell in found.content["cells"] if cell["aspect"] == "privacy"}
    assert attacked["decision_membership_risk"] == "pass" and "loss_membership_risk" not in attacked
