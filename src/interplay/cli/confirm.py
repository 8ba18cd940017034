"""`interplay confirm`: fresh models of the choice on previously unused rows."""

from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import resumable, working
from interplay.cli._options import Device, Memory, RunsPath, StudyPath, compute_on


def confirm(
    study: StudyPath,
    runs: RunsPath = Path("runs"),
    again: Annotated[str, typer.Option(help="Why audit rows that were used are used again; it is recorded.")] = "",
    secret_noise: Annotated[
        bool,
        typer.Option("--secret-noise", help="Noise from the system's entropy, and one model written for deployment."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Confirm the choice of a finished run, once: fresh models, the whole pool, previously unused rows."""
    compute_on(device, memory)
    import json

    from rich.console import Console

    from interplay.auditing.confirm import carry_out, case, meter
    from interplay.auditing.deployable import PARAMETERS as DEPLOYABLE
    from interplay.auditing.prepare import prepare
    from interplay.auditing.shown import progress_on
    from interplay.report.confirmed import confirmed
    from interplay.study.load import load, locate

    console = Console(stderr=True)
    with working("Reading the table and the run"):
        one = case(prepare(load(study), where=locate(study)), runs, again, secret_noise=secret_noise)
    if one.known is not None:
        console.print("This choice was confirmed before; the audit rows are not looked at again.")
    verb = "confirm --secret-noise" if secret_noise else "confirm"
    with resumable(study, runs, verb), progress_on(console, meter(one), quiet=quiet) as progress:
        carry_out(one, progress)
    audit = one.folder.path / "audit.json"
    paths = {"audit": str(audit), "report": str(one.folder.path / "report.html")}
    if one.secret_noise:
        paths["deployable"] = str(one.folder.path / DEPLOYABLE)
    Console().print(confirmed(json.loads(audit.read_bytes()), paths))
