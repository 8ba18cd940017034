"""A run whose priorities nobody has set: no recommendation anywhere, and setting them trains nothing again."""

import io
import json

import pytest
from rich.console import Console

import interplay as ip
from interplay.auditing.confirm import confirm
from interplay.auditing.folder import RunFolder
from interplay.auditing.ledger import Ledger
from interplay.auditing.run import run
from interplay.auditing.whatif import Question, answer
from interplay.errors import RunError
from interplay.report.sentences import decision_sentence
from interplay.report.terminal import summary
from interplay.report.validation import validate
from interplay.report.whatif import WhatIf
from tests.audit.worlds import mortgage

SENTENCE = "Nothing is recommended, because nobody has set the priorities"


def _study(set_by: str = "", **changes):
    names = ("reweighing", "group_thresholds")
    update = {
        "interventions": tuple(ip.InterventionSection(name=name) for name in names),
        "priorities": ip.PrioritiesSection(set_by=set_by),
        **changes,
    }
    return mortgage(6, learning_rates=(1.0,), hidden=(16,), steps=400).model_copy(update=update)


@pytest.fixture(scope="module")
def unset(tmp_path_factory):
    return run(_study(), tmp_path_factory.mktemp("runs"))


def _printed(what):
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(what)
    return console.export_text()


def test_nothing_is_recommended_in_the_audit_the_summary_and_the_page(unset):
    audit = unset.content
    validate(audit)
    decision = audit["decision"]
    assert (decision["treatment"], decision["unresolved"]) == (None, "priorities_not_set")
    assert decision_sentence(audit).startswith(SENTENCE)
    assert SENTENCE in _printed(summary(audit))
    page = unset.report.read_text()
    assert SENTENCE in page and "Why nothing is recommended" in page and "What each ranking would choose" in page
    assert '<span class="tag">chosen</span>' not in page and ">chosen<" not in page
    assert not any(risk["chosen"] for risk in audit["register"]["risks"])
    assert "chosen treatment" not in audit["register"]["sentence"]
    assert set(audit["register"]["weights"].values()) == {1.0}, "no aspect counts less where nobody ranked them"


def test_an_exploration_answers_under_the_priorities_it_is_asked_about(unset):
    found = answer(unset.path, Question(("utility",)))
    assert found.found.treatment is not None
    told = _printed(WhatIf(found.study, found.asked, found.chosen, found.unresolved, found.found, found.harmed))
    assert f"Of record: none. {SENTENCE}" in told
    assert f"Would be chosen: {found.found.treatment.name}" in told
    plain = answer(unset.path, Question(tolerances=("accuracy=0.01",)))
    assert plain.found.unresolved == "priorities_not_set"


def test_there_is_nothing_to_confirm_and_the_error_says_what_to_do(unset):
    runs = unset.path.parent
    with pytest.raises(RunError) as refused:
        confirm(_study(), runs)
    assert "nobody has set" in refused.value.found
    assert "set_by" in refused.value.remedy and "used again" in refused.value.remedy
    assert not Ledger(runs).path.exists()


def test_priorities_that_are_set_afterwards_train_and_measure_nothing_again(unset, monkeypatch):
    def refused(*_):
        raise AssertionError("done before")

    for verb in ("tune", "train", "measure", "look_files"):
        monkeypatch.setattr(f"interplay.auditing.stages.{verb}", refused)
    signed = run(_study("the board"), unset.path.parent)
    assert signed.path != unset.path
    assert signed.decision["treatment"] is not None
    files = ("measurements.safetensors", "fleet.safetensors")
    entries = RunFolder(signed.path).entries
    copied = [file for stage in ("train", "measure") for file in entries[stage]]
    assert copied and set(files) & set(copied)
    assert all((signed.path / one).read_bytes() == (unset.path / one).read_bytes() for one in copied)
    (said,) = [one for one in signed.content["methods"]["statements"] if unset.path.name in one]
    assert "could be known when these priorities were set" in said
    assert json.loads((unset.path / "audit.json").read_bytes())["decision"]["treatment"] is None, "stays on record"


def test_another_study_takes_nothing_over(unset, monkeypatch):
    class Started(Exception):
        pass

    def started(*_):
        raise Started

    monkeypatch.setattr("interplay.auditing.stages.tune", started)
    with pytest.raises(Started):
        run(_study("the board", seed=1), unset.path.parent)
