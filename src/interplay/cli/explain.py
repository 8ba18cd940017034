"""`interplay explain`: an interaction in plain words."""

from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._options import RunsPath


def explain(
    what: Annotated[str, typer.Argument(help='A directed pair, such as "P->F", or a probe, such as "P->F.clipping".')],
    run: Annotated[
        Path | None, typer.Option(help="A run folder, or the beginning of its name: what it found is said too.")
    ] = None,
    runs: RunsPath = Path("runs"),
) -> None:
    """Say in plain words what an interaction is, how it is measured, what it cannot show, and what a run found."""
    import json

    from interplay.auditing.explained import explain as explained
    from interplay.auditing.lookup import folder_of

    audit = None if run is None else json.loads((folder_of(run, runs) / "audit.json").read_bytes())
    typer.echo(explained(what, audit))
