"""`interplay compare`: two trained models on the same rows."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import exit_code, working
from interplay.cli._options import Device, Memory, compute_on


def compare(
    approved: Annotated[
        str, typer.Option(help="The approved model: a file, module:function that gives it, or an approval.json.")
    ],
    candidate: Annotated[str, typer.Option(help="The candidate, in the same way.")],
    study: Annotated[Path, typer.Option(help="The study file (TOML) that says which rows, groups and tolerances.")],
    output: Annotated[Path | None, typer.Option(help="Write everything as JSON into this file.")] = None,
    device: Device = "auto",
    memory: Memory = None,
) -> None:
    """Compare two trained models on the same unseen rows, in every aspect that needs no training."""
    compute_on(device, memory)
    from rich.console import Console

    from interplay.auditing.folder import write
    from interplay.auditing.written import as_json
    from interplay.gating.gate import compare_named
    from interplay.report.gate_text import GateText
    from interplay.study.load import load, locate

    with working("Measuring both models"):
        found = compare_named(approved, candidate, load(study), locate(study))
    paths = {} if output is None else {"comparison": str(output)}
    if output is not None:
        write(output, as_json(found.content))
    Console().print(GateText(found.content, paths))
    sys.exit(exit_code(found.outcome))
