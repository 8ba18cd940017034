"""`interplay approve`: what a later change is held against."""

from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import working
from interplay.cli._options import Device, Memory, RunsPath, compute_on


def approve(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    study: Annotated[
        Path | None, typer.Option(help="The study file, where a factory of the run lies beside it.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who approves; it is written down.")] = "",
    treatment: Annotated[
        str,
        typer.Option(
            help="The treatment to approve, as the report names it; without it the model with nothing applied."
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="The folder for the approval; the run folder if not given.")
    ] = None,
    runs: RunsPath = Path("runs"),
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Write down what a finished run's model is, so that a change of it can be held against it by a gate."""
    compute_on(device, memory)
    from interplay.auditing.lookup import folder_of
    from interplay.gating.approval import approve as approve_run
    from interplay.gating.approval import chosen_by
    from interplay.study.load import load, locate

    declared = None if study is None else load(study)
    where = "the study" if study is None else locate(study)
    folder = folder_of(run, runs)
    with working("Measuring the model of the run"):
        path = approve_run(folder, declared, by=by, treatment=treatment, output=output, where=where)
    if not treatment and (chosen := chosen_by(folder)) not in ("", "control"):
        also = f'The run chose another: --treatment "{chosen}" approves that.'
        typer.echo(f"Approved is the model with nothing applied. {also}")
    typer.echo(f'Wrote {path}. Keep it with its draws, and write under [gate] of the study: approval = "{path.name}"')
