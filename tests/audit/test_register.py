"""The register and the forecast of a run: what people write survives, and what was foreseen is never rewritten."""

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import interplay as ip
from interplay.auditing import stages as running
from interplay.auditing.folder import RunFolder
from interplay.auditing.parts.register import groups_of
from interplay.auditing.register_file import FILE, PERSON
from interplay.data.groups import Grouping
from interplay.errors import RunError
from interplay.report.validation import validate
from tests.audit.worlds import silobank
from tests.decision.test_risk import EFFECT

SAID = {
    "owner": "Ada Öst",
    "risk_treatment": "mitigate",
    "risk_treatment_text": "=a larger clipping bound; twice",
    "due": "2026-09-30",
    "residual": "minor",
    "note": "see ticket 7",
}


def _study() -> ip.Study:
    small = ip.ModelSection(hidden=(8,), steps=40, learning_rates=(0.3,))
    return silobank(placebo=False, rows=2500, members=4).model_copy(update={"model": small})


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> ip.Audit:
    return ip.run(_study(), tmp_path_factory.mktemp("runs"))


@pytest.fixture
def audit(first: ip.Audit, tmp_path: Path) -> ip.Audit:
    """A finished run of its own."""
    shutil.copytree(first.path, tmp_path / first.path.name)
    return ip.run(_study(), tmp_path)


def _again(audit: ip.Audit) -> ip.Audit:
    return ip.run(_study(), audit.path.parent)


def _rows(audit: ip.Audit, delimiter: str = ",") -> list[dict[str, str]]:
    text = (audit.path / FILE).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def _save(audit: ip.Audit, rows: list[dict[str, str]], delimiter: str = ",", mark: str = "") -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    content = (mark + lines.getvalue()).encode()
    (audit.path / FILE).write_bytes(content)
    return content


def _stamps(audit: ip.Audit) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in audit.path.iterdir() if path.is_file()}


def test_the_register_of_a_run_holds_the_planted_harm(first: ip.Audit) -> None:
    validate(first.content)
    part = first.content["register"]
    asked = [one for one in part["risks"] if one["pair"] == "privacy_to_fairness" and one["contrast"]]
    compared = [one for one in asked if " against " in one["contrast"]]
    assert {one["groups"][0]["name"] for one in compared} == {"woman"}
    assert all(one["groups"][0]["share"] == pytest.approx(0.15, abs=0.02) for one in compared)
    of_one_group = {one["contrast"]: [group["name"] for group in one["groups"]] for one in asked if one not in compared}
    assert of_one_group and all([name.rpartition(" ")[2]] == groups for name, groups in of_one_group.items())
    assert all(one["mechanism"].startswith("DP-SGD") for one in asked)
    scores = [one["score"] for one in part["risks"] if one["score"] is not None]
    assert scores == sorted(scores, reverse=True)
    assert [row["id"] for row in _rows(first)] == [one["id"] for one in part["risks"]]
    assert {row["data_hash"] for row in _rows(first)} == {first.content["data"]["fingerprint"]}
    assert all(not any(row[name] for name in PERSON) for row in _rows(first))


def test_what_people_write_is_shown_after_the_next_run_and_nothing_is_computed_again(audit: ip.Audit) -> None:
    rows = _rows(audit)
    known = rows[0]["id"]
    rows[0] |= {**SAID, "score": "0", "verdict": "fine", "ticket": "T-7"}
    _save(audit, rows, ";", "\ufeff")
    before = _stamps(audit)
    again = _again(audit)
    after = _stamps(audit)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"audit.json", "report.html", FILE, "study.json", "manifest.json", "timings.json"}
    entry = next(one for one in again.content["register"]["risks"] if one["id"] == known)
    assert entry["person"] == {**SAID, "ticket": "T-7"}
    assert "Ada Öst" in (again.path / "report.html").read_text()
    assert "&#39;=a larger clipping bound" in (again.path / "report.html").read_text()
    kept = _rows(again, ";")
    assert (kept[0]["owner"], kept[0]["ticket"], kept[0]["risk_treatment_text"]) == (
        SAID["owner"],
        "T-7",
        SAID["risk_treatment_text"],
    )
    assert kept[0]["score"] == f"{entry['score']:.6g}"
    assert _again(again).content == again.content


def test_a_file_written_anew_by_another_command_leaves_the_register_watched(audit: ip.Audit) -> None:
    folder = RunFolder(audit.path)
    folder.amend("report", {"report.html": b"<p>other</p>"})
    assert folder.finished("report")
    rows = _rows(audit)
    rows[0] |= SAID
    _save(audit, rows)
    assert not folder.finished("report")


def test_a_register_survives_when_everything_is_computed_again(audit: ip.Audit) -> None:
    rows = _rows(audit)
    rows[0] |= SAID
    _save(audit, rows)
    (audit.path / "manifest.json").unlink()
    again = _again(audit)
    assert {name: _rows(again)[0][name] for name in SAID} == SAID


def test_rows_that_people_filled_or_entered_stay_when_no_risk_is_found(audit: ip.Audit) -> None:
    rows = _rows(audit)
    gone = {**rows[0], **SAID, "id": "R-ffffffffffff", "contrast": "@gone"}
    blank = {**rows[0], "id": "R-eeeeeeeeeeee"}
    own = {**dict.fromkeys(rows[0], ""), "id": "own-1", "metric": "reputation"}
    _save(audit, [*rows, gone, blank, own])
    again = _again(audit)
    kept = {one["id"]: one for one in again.content["register"]["kept"]}
    assert {name: one["status"] for name, one in kept.items()} == {
        "R-ffffffffffff": "no longer found",
        "own-1": "entered by hand",
    }
    assert kept["R-ffffffffffff"]["person"]["owner"] == SAID["owner"]
    written = {row["id"]: row for row in _rows(again)}
    assert "R-eeeeeeeeeeee" not in written
    assert written["R-ffffffffffff"]["status"] == "no longer found"
    assert written["R-ffffffffffff"]["contrast"] == "'@gone"
    assert written["own-1"]["metric"] == "reputation"
    page = (again.path / "report.html").read_text()
    assert "No longer found" in page
    assert "reputation" in page
    validate(again.content)
    assert _again(again).content == again.content


def test_a_malformed_register_stops_the_report_and_is_not_touched(audit: ip.Audit) -> None:
    rows = _rows(audit)
    rows[0] |= {**SAID, "risk_treatment": "ignore it"}
    content = _save(audit, rows)
    with pytest.raises(RunError, match=r"register\.csv, line 2, column \d+ \(risk_treatment\)"):
        _again(audit)
    assert (audit.path / FILE).read_bytes() == content
    rows[0]["risk_treatment"] = "avoid"
    _save(audit, rows)
    assert _again(audit).content["register"]["risks"][0]["person"]["risk_treatment"] == "avoid"


def test_what_is_saved_while_the_report_is_made_is_not_lost(audit: ip.Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, render, saved = _rows(audit), running.render, []

    def busy(content: dict[str, Any]) -> str:
        if not saved:
            saved.append(_save(audit, [{**rows[0], **SAID}, *rows[1:]]))
        return render(content)

    monkeypatch.setattr(running, "render", busy)
    (audit.path / "report.html").unlink()
    again = _again(audit)
    assert saved
    assert again.content["register"]["risks"][0]["person"]["owner"] == SAID["owner"]
    assert _rows(again)[0]["owner"] == SAID["owner"]


def test_the_forecast_is_written_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "tune", stopped)
    with pytest.raises(KeyboardInterrupt):
        ip.run(_study(), tmp_path)
    (path,) = tmp_path.glob("*/forecast.json")
    stored = json.loads(path.read_text())
    assert stored["before_training"] is True
    assert stored["digest"].startswith(path.parent.name)
    assert len(stored["cells"]) == 20


def test_the_forecast_is_held_against_what_was_found(first: ip.Audit) -> None:
    part = first.content["forecast"]
    assert part["before_training"] is True
    cells = {(one["source"], one["target"]): one for one in part["cells"]}
    cell = cells["privacy", "fairness"]
    assert (cell["active"], cell["measured"], cell["expects"]) == (True, True, "harm")
    verdicts = {(one["source"], one["target"]): one["primary_verdict"] for one in first.content["interactions"]}
    assert {pair: one["found"] for pair, one in cells.items()} == verdicts
    assert not cells["robustness", "privacy"]["active"]
    assert cells["privacy", "explainability"]["agreement"] == "not_measured"
    assert "measured probe" in part["sentence"]


def test_the_forecast_is_never_written_again(audit: ip.Audit) -> None:
    path = audit.path / "forecast.json"
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"harm"', b'"improvement"', 1))
    with pytest.raises(RunError, match="as it was registered before training"):
        _again(audit)
    path.unlink()
    with pytest.warns(UserWarning, match="registered after training had begun"):
        again = _again(audit)
    assert json.loads(path.read_text())["before_training"] is False
    assert again.content["forecast"]["before_training"] is False
    assert "after training had begun" in (again.path / "report.html").read_text()


def _people(*names: str) -> Any:
    codes = np.repeat(np.arange(len(names)), 10 * np.arange(1, len(names) + 1))
    return SimpleNamespace(groupings={"sex": Grouping("sex", codes, names, 0)})


def test_groups_are_found_whatever_they_are_called() -> None:
    people = _people("man", "woman", "a against b", "b")
    for contrast, name in (
        ("woman against man", "woman"),
        ("tpr: a against b against man", "a against b"),
        ("b against a against b", "b"),
    ):
        (group, reference) = groups_of(replace(EFFECT, contrast=contrast), people)
        assert group["name"] == name
        assert {group["grouping"], reference["grouping"]} == {"sex"}
    assert groups_of(EFFECT, people)[0]["share"] == pytest.approx(0.2)
    assert groups_of(replace(EFFECT, contrast="x against y"), people) == []
    assert groups_of(replace(EFFECT, contrast="", metric="accuracy"), people) == []
