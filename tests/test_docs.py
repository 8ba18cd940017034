"""The pages: built without a warning, every metric and intervention among them, and the examples run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import interplay.evidence
from interplay import catalogue, discovery
from interplay.evidence import Exhibit

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.S | re.M)


def test_pages_are_built_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "reference" / "metrics.html").read_text(encoding="utf-8")
    assert "membership_risk = P(score of a member" in text


@pytest.mark.parametrize("room", ["metrics", "interventions"])
def test_the_reference_has_everything_of_the_catalogue(room: str) -> None:
    text = (PAGES / "reference" / f"{room}.md").read_text(encoding="utf-8")
    assert {name for name in getattr(catalogue, room)() if f"::: interplay.{room}.{name}\n" not in text} == set()


def test_the_reference_has_every_exhibit() -> None:
    text = (PAGES / "reference" / "evidence.md").read_text(encoding="utf-8")
    names = discovery.classes(interplay.evidence, Exhibit)
    assert {name for name in names if f"::: interplay.evidence.{name}\n" not in text} == set()


@pytest.mark.parametrize("page", ["tutorial.md"])
def test_examples_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    blocks = BLOCK.findall((PAGES / page).read_text(encoding="utf-8"))
    assert blocks
    for block in blocks:
        exec(block, known)
    assert (tmp_path / "report.html").stat().st_size > 100_000
