"""`interplay gate`: whether a change may go on."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from interplay.cli._console import exit_code, working
from interplay.cli._options import Device, Memory, compute_on

if TYPE_CHECKING:
    from interplay.gating.gate import Profile


def gate(
    study: Annotated[
        Path | None, typer.Argument(help="The study file (TOML), with the candidate as its model.")
    ] = None,
    profile: Annotated[str, typer.Option(help="full, or quick without attacks and explanations.")] = "full",
    output: Annotated[Path, typer.Option(help="The folder for gate.json, junit.xml and summary.md.")] = Path("gate"),
    sarif: Annotated[bool, typer.Option("--sarif", help="Write findings.sarif too.")] = False,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Print annotations of GitHub; done in its workflows anyway.")
    ] = False,
    workflow: Annotated[str, typer.Option(help="Show a ready workflow file instead: github or gitlab.")] = "",
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Hold a changed model against the approved one: exit 0 passed, 1 failed, 2 usage, 3 undecided, 4 integrity."""
    from interplay.errors import StudyError

    if workflow:
        from interplay.report.workflows import workflow_file

        typer.echo(workflow_file(workflow))
        return
    if study is None:
        raise StudyError("a study file", "none", "interplay gate", "name it: interplay gate study.toml")
    if profile not in ("quick", "full"):
        raise StudyError("quick or full", repr(profile), "--profile", "write --profile full")
    compute_on(device, memory)
    from rich.console import Console

    from interplay.gating.gate import gate as judge_change
    from interplay.gating.gate_files import gate_files, write_gate
    from interplay.report.annotations import annotations
    from interplay.report.gate_text import GateText
    from interplay.study.load import load, locate

    with working("Measuring the candidate"):
        found = judge_change(load(study), where=locate(study), profile=cast("Profile", profile))
    paths = write_gate(output, gate_files(found.content, sarif))
    Console().print(GateText(found.content, paths))
    if annotate or os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(found.content, os.environ.get("GITHUB_WORKSPACE", os.getcwd())):
            typer.echo(line)
    sys.exit(exit_code(found.outcome))
