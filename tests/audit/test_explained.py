"""`interplay explain`: an interaction and its probes in plain words."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interplay import catalogue
from interplay.auditing.explained import explain, pair_name
from interplay.cli import app
from interplay.errors import StudyError

EVERY = [
    probe.alias or f"{interaction.name}/{probe.name}"
    for interaction in catalogue.interactions().values()
    for probe in interaction.probes
]


@pytest.mark.parametrize("name", sorted(catalogue.interactions()))
def test_a_pair_is_told_with_its_probes_and_section(name: str) -> None:
    interaction = catalogue.interactions()[name]
    text = explain(pair_name(interaction))
    assert text == explain(name)
    assert f"section {interaction.section}" in text
    assert all(probe.name in text for probe in interaction.probes)
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("asked", EVERY)
def test_every_probe_says_what_it_is_and_gives_its_sources(asked: str) -> None:
    text = explain(asked)
    assert "Sources" in text
    assert ("How it is measured" in text and "What it does not show" in text) or "Not measured by this version" in text


def test_a_name_may_be_written_in_several_ways() -> None:
    assert explain("p->f.clipping") == explain("privacy_to_fairness/clipping as the cause") == explain("P→F.clipping")


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(StudyError, match="P->F.clipping"):
        explain("P->F.cliping")


def test_a_run_says_what_it_found(tmp_path: Path) -> None:
    effect = {
        "probe": "privacy_to_fairness/accuracy disparity",
        "tuning": "tuned",
        "treatment": "dp_sgd",
        "metric": "accuracy_disparity/race",
        "contrast": "black against white",
        "verdict": "harm",
        "reason": "5 points larger",
    }
    audit = {"study": {"name": "mortgage"}, "effects": [effect]}
    assert "dp_sgd: accuracy_disparity/race, black against white" in explain("P->F", audit)
    assert "nothing was compared" in explain("E->P", audit)
    folder = tmp_path / "abc"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "audit.json").write_text(json.dumps(audit))
    found = CliRunner().invoke(app, ["explain", "P->F.acc-disparity", "--run", "abc", "--runs", str(tmp_path)])
    assert found.exit_code == 0 and "5 points larger" in found.output
