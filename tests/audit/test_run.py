"""The whole way: one run, its files, and what a kill at a stage boundary leaves behind."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

import interplay as ip
from interplay.auditing.stages import STAGES
from interplay.report.validation import validate
from tests.audit.worlds import mortgage


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    return ip.run(mortgage(), tmp_path_factory.mktemp("runs"))


def test_the_audit_follows_the_schema(audit):
    validate(audit.content)
    assert json.loads((audit.path / "audit.json").read_text()) == audit.content


def test_it_has_everything_an_audit_names(audit):
    content = audit.content
    assert len(content["aspects"]) == 6
    assert sum(one["training"] for one in content["treatments"]) == 8
    assert {one["members"] for one in content["treatments"]} == {4}
    assert len(content["interactions"]) == 20
    assert len({(one["source"], one["target"]) for one in content["interactions"]}) == 20
    measured = [one for one in content["effects"] if one["estimate"] is not None]
    assert len(measured) > 200
    assert all(one["low"] <= one["estimate"] <= one["high"] for one in measured)
    assert all(0 <= one["adjusted_p"] <= 1 for one in measured)
    assert {one["tuning"] for one in content["effects"]} == {"tuned", "as_applied"}
    targets = {one["target"] for one in measured}
    assert targets >= {"fairness", "privacy", "robustness", "explainability", "uncertainty", "utility"}
    assert set(content["decision"]) >= {"treatment", "reasons", "rejected", "residual"}


def _lists(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _lists(inner)
    elif isinstance(value, list):
        if value and all(isinstance(item, int | float) for item in value):
            yield value
        for inner in value:
            yield from _lists(inner)


def test_no_raw_row_leaves(audit):
    assert max(len(numbers) for numbers in _lists(audit.content)) < 40, "a list of numbers as long as a few rows"
    page = (audit.path / "report.html").read_text()
    assert len(page) < 2_000_000
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "<script src" not in page


def test_running_again_reads_everything_back(audit, tmp_path):
    before = {path.name: path.stat().st_mtime_ns for path in audit.path.iterdir()}
    again = ip.run(mortgage(), audit.path.parent)
    assert again.content == audit.content
    after = {path.name: path.stat().st_mtime_ns for path in audit.path.iterdir()}
    assert {name for name in before if before[name] != after[name]} <= {"study.json"}


def test_an_edited_study_has_another_folder(audit):
    edited = mortgage().model_copy(update={"seed": 1})
    assert ip.Study.model_validate(edited.model_dump()) != mortgage()
    from interplay.auditing.prepare import prepare

    assert prepare(edited).digest[:16] != audit.path.name


KILLED = """
    import os, signal, sys
    from interplay.auditing import folder
    from interplay.auditing.run import run
    from tests.audit.worlds import mortgage

    real = folder.RunFolder.finish
    def finish(self, stage, files):
        real(self, stage, files)
        if stage.startswith(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
    folder.RunFolder.finish = finish
    run(mortgage(), sys.argv[1])
"""


@pytest.mark.slow
def test_killed_at_every_stage_boundary_and_within_stages_the_same_bytes_come_out(audit, tmp_path):
    for stage in ("settle", "tune/2", "tune/5", "tune", "train/4", "train/6", *STAGES[2:]):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), stage],
            env={**os.environ, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-2000:]
    ip.run(mortgage(), tmp_path)
    for name in ("audit.json", "report.html"):
        assert (tmp_path / audit.path.name / name).read_bytes() == (audit.path / name).read_bytes()
    assert not any((tmp_path / audit.path.name / "pieces").iterdir()), "pieces of finished stages are thrown away"
