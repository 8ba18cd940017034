"""A confirmation from a finished run to its report: fresh models, all of the pool, and audit rows that are used once."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import interplay as ip
from interplay.auditing import confirm as verb
from interplay.auditing.confirm import MEMBERS, carry_out, case, confirm
from interplay.auditing.confirmed import stored
from interplay.auditing.folder import RunFolder
from interplay.auditing.judging import effective_rows
from interplay.auditing.ledger import FORMAT, Ledger, Use
from interplay.auditing.outline import outline
from interplay.auditing.prepare import prepare
from interplay.auditing.run import run
from interplay.auditing.storage import read_fleet
from interplay.auditing.written import as_json
from interplay.cli import app
from interplay.data.split import PARTS, Split
from interplay.design.confirming import confirming
from interplay.design.resolution import ONE_SIDED, smallest_decidable
from interplay.design.treatment import Treatment
from interplay.engine import jax
from interplay.errors import RunError
from interplay.families import budget
from interplay.report.validation import validate
from interplay.study.load import load
from interplay.study.model import LimitSection
from tests.audit.worlds import mortgage

LIMITS = (LimitSection(metric="privacy_budget", at_most=9.0), LimitSection(metric="accuracy", at_least=0.7))
"""Only DP-SGD has a budget, so it is chosen."""


def _study(**changes):
    names = ("dp_sgd", "group_thresholds", "split_conformal")
    few = ip.InterventionSection(name="release_explanations", parameters={"samples": 200, "explained_rows": 20})
    interventions = (*(ip.InterventionSection(name=name) for name in names), few)
    study = mortgage(steps=200, learning_rates=(0.3,))
    groups = study.groups.model_copy(update={"minimum_rows": 10})
    return study.model_copy(update={"interventions": interventions, "limits": LIMITS, "groups": groups, **changes})


TOML = """
name = "small mortgage"
members = 4
draws = 60
data = { source = "mortgage", radius = 0.3 }
model = { hidden = [8], steps = 200, learning_rates = [0.3] }
interventions = [
    { name = "dp_sgd" },
    { name = "group_thresholds" },
    { name = "split_conformal" },
    { name = "release_explanations", parameters = { samples = 200, explained_rows = 20 } },
]
priorities = { set_by = "the board" }
limits = [{ metric = "privacy_budget", at_most = 9.0 }, { metric = "accuracy", at_least = 0.7 }]

[groups]
minimum_rows = 10
attributes.race = { reference = "white", merge = { "black or hispanic" = ["black", "hispanic"] } }
attributes.sex = {}
"""
"""The same study as a file."""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder of runs with one finished run, not confirmed."""
    runs = tmp_path_factory.mktemp("runs")
    run(_study(), runs)
    return runs


@pytest.fixture
def runs(finished, tmp_path):
    """A copy of it for every test."""
    return shutil.copytree(finished, tmp_path / "runs")


@pytest.fixture(scope="module")
def ready():
    return prepare(_study())


def _audit(runs, ready):
    return json.loads((runs / ready.digest[:16] / "audit.json").read_text())


def test_the_whole_way(runs, ready):
    before = _audit(runs, ready)
    assert before["confirmation"] is None
    heard = []
    found = confirm(_study(), runs, progress=lambda *told: heard.append(told))
    assert found["treatment"] == before["decision"]["treatment"] == "dp_sgd"
    assert (found["members"], found["trained_on"], found["rows"]) == (MEMBERS, 1153, 119)
    assert found["first_use"]
    assert {one["metric"] for one in found["limits"]} == {"privacy_budget", "accuracy"}
    assert any(one["estimate"] is not None for one in found["effects"])
    assert [one["what"] for one in found["not_confirmed"]] == ["membership_exposure"]
    assert found["unconfirmed"] == ["privacy"]
    assert (found["outcome"] == "stands") is (found["causes"] == [])
    assert sum(done for stage, done in heard if stage == "train") == 2 * MEMBERS
    after = _audit(runs, ready)
    assert after == before | {"confirmation": found}
    validate(after)
    page = (runs / ready.digest[:16] / "report.html").read_text()
    assert "119 held-back rows" in page
    (use,) = Ledger(runs).uses()
    assert (use.study, use.treatment, use.outcome) == (ready.digest, "dp_sgd", found["outcome"])
    assert not any((runs / ready.digest[:16] / "pieces").iterdir())


def test_a_second_confirmation_gives_the_stored_result_and_computes_nothing(runs, monkeypatch):
    first = confirm(_study(), runs)

    def refused(*_):
        raise AssertionError("nothing is trained or measured again")

    monkeypatch.setattr(verb, "fresh", refused)
    monkeypatch.setattr(verb, "measure", refused)
    assert confirm(_study(), runs) == first
    assert len(Ledger(runs).uses()) == 1


def test_a_run_afterwards_keeps_it(runs):
    found = confirm(_study(), runs)
    assert run(_study(), runs).content["confirmation"] == found


def test_the_budget_is_solved_again_for_the_whole_pool(ready):
    design = confirming(ready.design, Treatment(("dp_sgd",)), MEMBERS, 0.1)
    ours, halved = (budget(each, Treatment(("dp_sgd",))) for each in (design, ready.design))
    assert design.half == len(design.pool) == design.batch_size == 2 * ready.design.half + 1
    assert ours.privacy_epsilon == pytest.approx(8.0, abs=0.01) == halved.privacy_epsilon
    assert ours.privacy_epsilon_full_data == pytest.approx(ours.privacy_epsilon)
    assert ours.noise_multiplier != halved.noise_multiplier


def test_only_audit_rows_are_looked_at_and_no_member_of_the_run_is_there(ready):
    design = confirming(ready.design, Treatment(("dp_sgd",)), MEMBERS, 0.1)
    counted = replace(ready, design=design).setting().rows.counted
    assert (counted == ready.design.split.audit).all()
    assert (design.split.calibration == ready.design.split.calibration).all()
    assert (design.split.tuning == ready.design.split.tuning).all()
    assert not (ready.design.inside() & ready.design.split.audit).any()
    assert {
        one.without(("group_thresholds", "split_conformal", "release_explanations")) for one in design.treatments
    } == set(design.trainings)


def test_a_prediction_layer_of_the_winner_is_on_top_and_sets_keep_their_miscoverage(ready):
    winner = Treatment(("dp_sgd", "group_thresholds"))
    design = confirming(ready.design, winner, MEMBERS, 0.07)
    assert design.trainings == (Treatment(), Treatment(("dp_sgd",)))
    assert winner in design.treatments
    assert design.factors.layers["split_conformal"].miscoverage == 0.07
    assert ready.design.factors.layers["split_conformal"].miscoverage is None


def test_fresh_models_share_nothing_with_each_other_or_with_the_run(runs, ready):
    one = case(ready, runs)
    fresh = _rows(verb._trained(one, lambda *_: None).tuned[one.winner])
    design, folder = ready.design, one.folder
    trained = read_fleet(design, ready.family, one.tuning, folder.read("fleet.safetensors"), folder.read("fleet.json"))
    known = _rows(trained.tuned[one.winner])
    assert len(np.unique(np.concatenate([fresh, known]), axis=0)) == MEMBERS + ready.study.members
    assert (_rows(verb._trained(one, lambda *_: None).tuned[one.winner]) == fresh).all(), "read back from its pieces"


def _rows(parameters):
    return np.concatenate([np.asarray(leaf).reshape(len(leaf), -1) for leaf in jax.tree.leaves(parameters)], axis=1)


@pytest.mark.slow
def test_another_study_on_the_same_rows_is_refused_and_a_reason_is_recorded(runs):
    confirm(_study(), runs)
    other = _study(limits=(LIMITS[0],), purpose="the same rows, another limit")
    run(other, runs)
    with pytest.raises(RunError) as refused:
        confirm(other, runs)
    assert "119 of 119 used by study 'small mortgage'" in refused.value.found
    assert "--again" in refused.value.remedy
    found = confirm(other, runs, again="the first limit was mistyped")
    assert (found["first_use"], found["again"]) == (False, "the first limit was mistyped")
    assert [one.again for one in Ledger(runs).uses()] == [None, "the first limit was mistyped"]


def test_a_run_that_is_not_finished_is_told(tmp_path):
    with pytest.raises(RunError) as told:
        confirm(_study(), tmp_path)
    assert "interplay run" in told.value.remedy
    assert not Ledger(tmp_path).path.exists()


def test_without_a_decision_there_is_nothing_to_confirm(tmp_path):
    hopeless = _study(limits=(LimitSection(metric="accuracy", at_least=1.0),))
    run(hopeless, tmp_path)
    with pytest.raises(RunError, match="no admissible treatment"):
        confirm(hopeless, tmp_path)
    assert not Ledger(tmp_path).path.exists()


def test_a_ledger_that_cannot_be_read_stops_it_before_anything_is_looked_at(runs, ready):
    Ledger(runs).path.write_text("{")
    with pytest.raises(RunError, match="ledger"):
        confirm(_study(), runs)
    assert stored(RunFolder(runs / ready.digest[:16])) is None
    assert Ledger(runs).path.read_text() == "{"


def test_the_use_is_written_before_the_rows_are_looked_at(runs, ready, monkeypatch):
    known = []

    def look(*given):
        known.extend(Ledger(runs).uses())
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "measure", look)
    with pytest.raises(KeyboardInterrupt):
        confirm(_study(), runs)
    assert [one.outcome for one in known] == [None]
    monkeypatch.undo()
    later = case(ready, runs, now=lambda: datetime(2030, 1, 1, tzinfo=UTC))
    found = carry_out(later)
    assert found["used_on"] == known[0].began, "the same use, finished later"
    assert [one.outcome for one in Ledger(runs).uses()] == [found["outcome"]]


KILLED = """
    import os, signal, sys
    from interplay.auditing import folder
    from interplay.auditing.confirm import confirm
    from tests.audit.test_confirm import _study

    real = folder.RunFolder._list
    def listed(self, stage, files, others):
        real(self, stage, files, others)
        if stage == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
    folder.RunFolder._list = listed
    confirm(_study(), sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["confirm", "report"])
def test_killed_between_files_it_is_finished_with_the_same_numbers(runs, ready, stage, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(runs), stage],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    found = confirm(_study(), runs)
    assert _audit(runs, ready)["confirmation"] == found
    (use,) = Ledger(runs).uses()
    assert use.outcome == found["outcome"]


def test_the_command_line_confirms_once_and_then_tells_what_it_knows(runs, ready, tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(TOML)
    assert prepare(load(file)).digest == ready.digest
    words = ["confirm", str(file), "--runs", str(runs)]
    first, second = (CliRunner().invoke(app, words) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "was confirmed before" not in first.output
    assert "was confirmed before" in second.output
    for said in (first.output, second.output):
        assert "119 held-back" in said
        assert "they are used up now" in " ".join(said.split())


def _few(**changes):
    """The same study with groups that 119 audit rows cannot judge: 18 of the smaller one, and 50 are needed."""
    groups = _study().groups.model_copy(update={"minimum_rows": 50})
    return _study(**{"groups": groups, **changes})


WORTHLESS = {
    "a group below the minimum": (
        _few,
        "18 of at least 50 rows",
        "raise audit_share under [data], or lower minimum_rows",
    ),
    "a limit beside the control that is too fine": (
        lambda: _study(limits=(*LIMITS, LimitSection(metric="balanced_accuracy", at_most_below_control=0.001))),
        "balanced_accuracy at most 0.001 below the control's stays open",
        "raise audit_share",
    ),
    "a limit that needs shadows": (
        lambda: _study(limits=(*LIMITS, LimitSection(metric="membership_risk", at_most=0.99))),
        "membership_risk at most 0.99 cannot be judged",
        "privacy_budget",
    ),
}


@pytest.mark.parametrize(("study", "found", "remedy"), WORTHLESS.values(), ids=WORTHLESS)
def test_rows_that_cannot_judge_are_not_spent(runs, ready, study, found, remedy):
    """The files of the run stand in for a run of the other study: whatever it chose, the rows decide alike."""
    other = prepare(study())
    shutil.copytree(runs / ready.digest[:16], runs / other.digest[:16])
    use = Use("a" * 64, "b" * 64, "1,2", "c" * 64, "another", "control", "2026-01-01 10:00 UTC", "stands", None)
    Ledger(runs).path.write_bytes(as_json({"format": FORMAT, "uses": [asdict(use)]}))
    before = Ledger(runs).path.read_bytes()
    with pytest.raises(RunError) as refused:
        confirm(study(), runs)
    assert "119 rows, on which" in refused.value.found and found in refused.value.found
    assert remedy in refused.value.remedy and "not looked at" in refused.value.remedy
    assert Ledger(runs).path.read_bytes() == before
    assert stored(RunFolder(runs / other.digest[:16])) is None


def test_the_plan_says_beforehand_what_they_can_judge(ready):
    good, few = (outline(one, Path("runs")) for one in (ready, prepare(_few())))
    assert "Confirm    the choice, on 119 audit rows:" in good
    assert "accuracy at least 0.7 can be judged: 119 rows settle it where the value keeps it by 0.069" in good
    assert "privacy: cannot be confirmed on any rows" in good
    assert "fairness: cannot be measured on these rows" in few and "fairness: cannot be measured" not in good
    fine = prepare(_study(limits=(LimitSection(metric="balanced_accuracy", at_most_below_control=0.01),)))
    told = outline(fine, Path("runs"))
    assert (
        "Warning    interplay confirm will refuse these rows: balanced_accuracy at most 0.01 below the control's"
        in told
    )


def test_a_class_without_an_audit_row_is_told(ready):
    part, labels = ready.design.split.part.copy(), ready.dataset.labels
    rare = np.flatnonzero(ready.design.split.audit & (labels == 0))
    part[rare] = PARTS.index("pool")
    other = replace(ready, design=replace(ready.design, split=Split(part)))
    told = outline(other, Path("runs"))
    assert "balanced_accuracy cannot be compared with a constant model's: no row with label 0" in told


def test_a_mean_over_classes_is_worth_what_its_small_class_allows():
    """Simulated: the spread of a difference in balanced accuracy where one paired decision in ten differs."""
    random, classes = np.random.default_rng(0), (105, 14)
    rates = [random.choice([-1, 0, 1], p=[0.05, 0.9, 0.05], size=(20_000, rows)).mean(axis=1) for rows in classes]
    spread = np.mean(rates, axis=0).std()
    assert smallest_decidable(effective_rows(classes)) == pytest.approx(ONE_SIDED * spread, rel=0.03)
