"""What-if questions to a finished run: what is answered, what is refused, and that nothing is written."""

import hashlib
import io
import subprocess
import sys

import pytest
from rich.console import Console

import interplay as ip
from interplay.aspects import Aspect
from interplay.auditing.lookup import folder_of
from interplay.auditing.whatif import Question, answer
from interplay.decision import Decision
from interplay.errors import RunError, StudyError
from interplay.gating.approval import chosen_by
from interplay.report.whatif import WhatIf
from tests.audit.worlds import silobank

OPPORTUNITY = "equal_opportunity_difference/sex"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """DP-SGD harms women, and fairness is ranked first."""
    study = silobank(placebo=False, members=8)
    ranking = (Aspect.FAIRNESS, Aspect.PRIVACY, *(one for one in study.priorities.ranking[2:]))
    changed = {
        "priorities": ip.PrioritiesSection(ranking=ranking, set_by="the \x1b[31mboard", set_on="2026-05-04"),
        "limits": (ip.LimitSection(metric="accuracy", at_least=0.5),),
    }
    return ip.run(study.model_copy(update=changed), tmp_path_factory.mktemp("runs")).path


def _digests(path):
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in path.iterdir() if one.is_file()}


def _told(found, width=1000):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(WhatIf(found.study, found.asked, found.chosen, found.unresolved, found.found, found.harmed))
    return console.export_text()


def test_without_a_change_it_is_the_decision_of_record(path):
    before = _digests(path)
    found = answer(path, Question())
    assert found.found == Decision.from_json((path / "decision.json").read_text())
    assert found.chosen == found.found.treatment
    assert found.asked == found.study
    assert "That is the treatment of record." in _told(found)
    assert _digests(path) == before


def test_an_approval_can_say_what_the_run_chose(path, tmp_path):
    assert chosen_by(path) == "control"
    assert chosen_by(tmp_path) == ""


def test_named_aspects_come_first_and_the_others_follow_as_declared(path):
    found = answer(path, Question(("utility", " privacy")))
    declared = found.study.priorities.ranking
    wanted = [Aspect.UTILITY, Aspect.PRIVACY, *(one for one in declared if one not in ("utility", "privacy"))]
    assert list(found.asked.priorities.ranking) == wanted
    again = answer(path, Question(tuple(one.value for one in wanted)))
    assert again.found == found.found


def test_another_choice_is_told_beside_the_one_of_record(path):
    fair, private = answer(path, Question()), answer(path, Question(("privacy",), ("privacy_budget<=8",)))
    assert (fair.found.treatment.name, private.found.treatment.name) == ("control", "dp_sgd")
    told = _told(private)
    assert told.startswith("EXPLORATION: nothing is decided by this.")
    assert "set by the" in told and "board on 2026-05-04" in told and "\x1b" not in told
    assert f"Would be chosen: {private.found.treatment.name}" in told
    assert "The treatment of record is control." in told and "limit privacy_budget <= 8\n" in told
    assert "priorities privacy, fairness, " in told and "limit accuracy >= 0.5 (as declared)" in told
    for one in private.found.rejected:
        assert f"- {one.treatment.name} ({one.step}): " in told
    assert _told(fair).count("would be chosen without") == 1


def test_a_limit_replaces_the_one_on_the_same_side_or_is_added(path):
    found = answer(path, Question(limits=("accuracy >= 0.7", f"{OPPORTUNITY}<=0.2")))
    asked = [(one.metric, one.at_least, one.at_most) for one in found.asked.limits]
    assert asked == [("accuracy", 0.7, None), (OPPORTUNITY, None, 0.2)]
    assert {one.metric for one in found.found.limits} == {"accuracy", OPPORTUNITY}
    other_side = answer(path, Question(limits=("accuracy<=0.99",)))
    assert len(other_side.asked.limits) == 2


def test_a_limit_beside_the_control_is_another_one_than_a_limit_of_its_own(path):
    found = answer(path, Question(limits=("accuracy >= control - 0.03", "log_loss<=control+0.1")))
    asked = [
        (one.metric, one.at_least, one.at_most_below_control, one.at_most_above_control) for one in found.asked.limits
    ]
    assert asked == [("accuracy", 0.5, None, None), ("accuracy", None, 0.03, None), ("log_loss", None, None, 0.1)]
    kept = {(one.treatment.name, one.bound): one for one in found.found.limits if one.metric == "accuracy"}
    assert kept["control", "at_most_below_control"].probability == 1.0
    private = kept["dp_sgd", "at_most_below_control"]
    assert private.estimate == pytest.approx(kept["control", "at_least"].estimate - kept["dp_sgd", "at_least"].estimate)
    assert "limit accuracy >= control - 0.03\n" in _told(found)


def test_a_limit_on_a_metric_that_no_priority_asks(path):
    found = answer(path, Question(limits=("brier<=0.5",)))
    assert {one.metric: one.status for one in found.found.limits}["brier"] == "admissible"


def test_limits_that_nothing_meets_name_relaxations_and_what_to_try(path):
    found = answer(path, Question(limits=("accuracy>=0.999",)))
    assert found.found.treatment is None
    told = _told(found)
    (relaxed,) = found.found.relaxations
    assert "No treatment is admissible." in told and "- to try against privacy harming fairness: " in told
    assert f"accuracy at least {int(1000 * relaxed.needed) / 1000:.3f} instead of 0.999" in told
    enough = answer(path, Question(limits=(f"accuracy>={int(1000 * relaxed.needed) / 1000:.3f}",)))
    assert enough.found.treatment is not None


def test_a_tolerance_is_taken_as_declared(path):
    found = answer(path, Question(tolerances=(f"{OPPORTUNITY}=0.9",)))
    assert found.asked.tolerances == {OPPORTUNITY: 0.9}
    assert not [one for one in found.found.rejected if one.metric == OPPORTUNITY]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question(("privcy",)), ("an aspect", "'privcy'", "privacy")),
        (Question(("privacy", "privacy")), ("every aspect once", "'privacy' twice")),
        (Question(limits=("acuracy>=0.8",)), ("a metric of the catalogue", "'acuracy'", "'accuracy'")),
        (Question(limits=("accuracy>=80",)), ("between 0 and 1", "80", "0.8")),
        (Question(limits=("accuracy",)), ("a limit such as", "'accuracy'")),
        (Question(limits=("accuracy>=0.9", "accuracy<=0.8")), ("limits that one value can keep",)),
        (Question(limits=("accuracy>=control+0.03",)), ("a limit that the control keeps", "control-value")),
        (Question(limits=("accuracy<=control+0.03",)), ("worse side of the control", "higher is better")),
        (Question(limits=("accuracy>=nan",)), ("a number", "'nan'")),
        (Question(tolerances=("accuracy:0.1",)), ("a tolerance such as", "'accuracy:0.1'")),
        (Question(tolerances=("accuracy=none",)), ("a number", "'none'")),
        (Question(tolerances=("acuracy=0.1",)), ("a metric of the catalogue", "'accuracy'")),
        (Question(tolerances=("accuracy=-1",)), ("a tolerance above 0", "-1")),
    ],
)
def test_what_makes_no_sense_is_refused_in_four_parts(path, question, words):
    with pytest.raises(StudyError) as refused:
        answer(path, question)
    assert all(word in str(refused.value) for word in ("expected", "found", "Next:", *words))


def test_a_folder_by_the_beginning_of_its_name(path):
    assert folder_of(path, path.parent) == path
    assert folder_of(path.relative_to(path.parent), path.parent) == path
    assert folder_of(type(path)(path.name[:3]), path.parent) == path
    with pytest.raises(RunError, match="found none"):
        folder_of(type(path)("zzz"), path.parent)
    twin = path.parent / f"{path.name[:3]}-twin"
    twin.mkdir()
    (twin / "manifest.json").write_text("{}")
    try:
        with pytest.raises(RunError, match="2 folders that begin so"):
            folder_of(type(path)(path.name[:3]), path.parent)
        with pytest.raises(RunError, match="no whole stage"):
            answer(twin, Question())
    finally:
        (twin / "manifest.json").unlink()
        twin.rmdir()


def test_as_a_process_without_the_engine(path):
    words = ("decide", path.name[:6], "--runs", str(path.parent), "--priorities", "privacy,fairness")
    code = f"""
import sys
from interplay.cli import app
app({list(words)!r}, standalone_mode=False)
assert not {{"jax", "pandas"}} & set(sys.modules), "the engine was loaded"
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("EXPLORATION")
    refused = subprocess.run(
        [sys.executable, "-c", "from interplay.cli import main; main()", "decide", "nowhere"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode != 0 and refused.stderr.startswith("Error: expected one run folder 'nowhere'")
