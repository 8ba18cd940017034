"""`interplay plan`: what a study will run."""

from pathlib import Path

import typer

from interplay.cli._console import working
from interplay.cli._options import Device, Memory, RunsPath, StudyPath, compute_on


def plan(study: StudyPath, runs: RunsPath = Path("runs"), device: Device = "auto", memory: Memory = None) -> None:
    """Say what a study will run: treatments, members, time, memory and disk, before anything runs."""
    compute_on(device, memory)
    from interplay.auditing.outline import outline
    from interplay.auditing.prepare import prepare
    from interplay.study.load import load, locate

    with working("Reading the table"):
        text = outline(prepare(load(study), where=locate(study)), runs)
    typer.echo(text)
