"""`interplay demo`: a story from beginning to end."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import exit_code, working
from interplay.cli._options import RunsPath


def demo(
    story: Annotated[str, typer.Argument(help="The story to tell: silobank.")] = "silobank",
    runs: RunsPath = Path("runs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Tell a story from beginning to end: how a change that one team tests harms what another one promised.

    It ends with the gate that would have stopped the change, and with the gate's exit code.
    """
    from rich.console import Console

    from interplay.auditing.prepare import prepare
    from interplay.auditing.progress import Meter
    from interplay.auditing.run import run as run_study
    from interplay.auditing.shown import progress_on
    from interplay.demo import silobank
    from interplay.demo.told import told
    from interplay.errors import StudyError
    from interplay.gating.gate import gate as judge_change
    from interplay.report.gate_text import GateText

    if story != "silobank":
        raise StudyError("a story of the package", repr(story), "interplay demo", "write interplay demo silobank")
    console, declared = Console(stderr=True), silobank.study()
    ready = prepare(declared)
    console.print("The bank is generated, its models are trained, and every aspect of them is measured.")
    with progress_on(console, Meter(ready.design), quiet=quiet) as progress:
        made = run_study(declared, runs, progress=progress, ready=ready)
    acts = silobank.acts(silobank.bank(made, declared))
    Console().print(told(acts))
    with working("The gate measures both versions once more, with the same random numbers"):
        found = judge_change(declared)
    Console().print(told((silobank.GATE,), first=len(acts)), GateText(found.content, {"report": str(made.report)}))
    sys.exit(exit_code(found.outcome))
