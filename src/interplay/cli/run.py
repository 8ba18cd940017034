"""`interplay run`: from a study to its report."""

import time
from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import resumable, working
from interplay.cli._options import Device, Memory, RunsPath, StudyPath, compute_on


def run(
    study: StudyPath,
    runs: RunsPath = Path("runs"),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Run a study, or what is left of it: audit.json, report.html and a summary."""
    compute_on(device, memory)
    from rich.console import Console

    from interplay.auditing.prepare import prepare
    from interplay.auditing.progress import Meter
    from interplay.auditing.run import run as run_study
    from interplay.auditing.shown import progress_on
    from interplay.engine import compile_seconds
    from interplay.report.terminal import summary
    from interplay.study.load import load, locate

    console = Console(stderr=True)
    declared = load(study)
    with working("Reading the table"):
        ready = prepare(declared, where=locate(study))
    start = time.monotonic()
    with resumable(study, runs), progress_on(console, Meter(ready.design), quiet=quiet) as progress:
        audit = run_study(declared, runs, progress=progress, ready=ready)
    paths = {"audit": str(audit.path / "audit.json"), "report": str(audit.report), "register": str(audit.register)}
    Console().print(summary(audit.content, paths))
    console.print(f"Done in {time.monotonic() - start:.0f} s. {_compiling(compile_seconds())}".rstrip())


def _compiling(seconds: float) -> str:
    """How much of a run was compiling, when it was worth a word."""
    return (
        f"Compiling took {seconds:.0f} core seconds of it; the programs are kept for next time." if seconds >= 5 else ""
    )
