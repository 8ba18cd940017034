"""A plugin of pytest: one item for every cell of a gate, so that a test suite fails where a change of the model does.

`pytest --interplay-gate study.toml` measures once, before anything is collected, also where tests run in several processes;
every process has the same items. A failed cell and an open one are failures, and what is waived or not measured is skipped
with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

OPTION, PROFILE = "--interplay-gate", "--interplay-profile"
GIVEN = "interplay_gate"
CONTENT = pytest.StashKey[dict[str, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The study file, and how much of it is looked at."""
    group = parser.getgroup("interplay", "gates of interplay")
    group.addoption(OPTION, metavar="STUDY", default="", help="add an item for every cell of this study's gate")
    group.addoption(PROFILE, choices=("quick", "full"), default="full", help="how much the gate looks at")


def pytest_configure(config: pytest.Config) -> None:
    """Measure, or take over what the process has measured that started this one."""
    given = getattr(config, "workerinput", {}).get(GIVEN)
    if given:
        config.stash[CONTENT] = json.loads(given)
    elif study := config.getoption(OPTION):
        config.stash[CONTENT] = _judged(Path(study), config.getoption(PROFILE))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand what was measured to a process of xdist."""
    if CONTENT in node.config.stash:
        node.workerinput[GIVEN] = json.dumps(node.config.stash[CONTENT])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the cells, before -k and -m choose."""
    from interplay.report.names import name

    for cell in config.stash.get(CONTENT, {"cells": []})["cells"]:
        items.append(GateItem.from_parent(session, name=f"gate[{name(cell['name'])}]", cell=cell))


class GateItem(pytest.Item):
    """A cell of a gate as a test."""

    def __init__(self, *, cell: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    def runtest(self) -> None:
        """Fail, skip or pass as the cell did."""
        from interplay.report.names import clean

        why = clean(self.cell["sentence"])
        if self.cell["status"] in ("fail", "undecided"):
            raise CellNotPassed(f"{self.cell['status']}: {why}")
        if self.cell["status"] != "pass":
            pytest.skip(f"{self.cell['status'].replace('_', ' ')}: {why}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The sentence of the cell, without a trace of calls."""
        if isinstance(excinfo.value, CellNotPassed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the study that declares the cell."""
        return Path(self.cell["file"]), self.cell["line"] - 1, self.name


class CellNotPassed(Exception):
    """A cell of a gate that failed, or stayed open."""


def _judged(study: Path, profile: str) -> dict[str, Any]:
    from interplay.errors import InterplayError
    from interplay.gating.gate import gate
    from interplay.study.load import load, locate

    try:
        found = gate(load(study), where=locate(study), profile="quick" if profile == "quick" else "full")
    except InterplayError as error:
        raise pytest.UsageError(f"{OPTION}: {error}") from error
    kept = ("name", "status", "sentence", "line")
    return {"cells": [{**{key: cell[key] for key in kept}, "file": str(study)} for cell in found.content["cells"]]}
