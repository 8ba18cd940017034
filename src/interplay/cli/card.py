"""`interplay card`: a model card from a run."""

from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._options import RunsPath


def card(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    treatment: Annotated[str, typer.Option(help="Which treatment; the chosen one if not given.")] = "",
    output: Annotated[Path, typer.Option(help="Where to write the card.")] = Path("MODEL_CARD.md"),
    runs: RunsPath = Path("runs"),
) -> None:
    """Write a model card from a finished run: Markdown, with the metadata that Hugging Face reads."""
    from interplay.auditing.finished import open as opened

    typer.echo(f"Wrote {opened(run, runs).card(output, treatment or None)}.")
