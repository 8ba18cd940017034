"""`interplay init`: a study file for a table."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer


def init(
    data: Annotated[Path, typer.Argument(help="A CSV or Parquet file.")],
    label: Annotated[str, typer.Option(help="The column to predict.")],
    groups: Annotated[str, typer.Option(help="Sensitive attributes, separated by commas.")] = "",
    favourable: Annotated[str, typer.Option(help="The label value that a person hopes for.")] = "",
    factory: Annotated[
        str, typer.Option(help="What makes your untrained classifier, as module:name; without it a network is trained.")
    ] = "",
    kind: Annotated[
        Literal["estimator", "torch"],
        typer.Option(help="What the factory makes: a classifier with fit, or a torch.nn.Module."),
    ] = "estimator",
    output: Annotated[Path, typer.Option(help="Where to write the study.")] = Path("study.toml"),
    force: Annotated[bool, typer.Option(help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented study file with sensible defaults for a data file."""
    from interplay.auditing.folder import write
    from interplay.auditing.start import start
    from interplay.errors import StudyError

    if output.exists() and not force:
        raise StudyError("a new file", "an existing one", str(output), "choose another --output or add --force")
    made = kind if factory else ""
    started = start(data, label, groups, output.parent, lambda counts: favourable or _hoped_for(counts), factory, made)
    write(output, started.text.encode())
    for head, lines in (("Assumed", started.assumed), ("To fill in", started.asked)):
        typer.echo("\n".join((f"{head}:", *(f"- {line}" for line in lines))))
    typer.echo(f"Wrote {output}. Read it, fill in what it asks for, then: interplay plan {output}")


def _hoped_for(counts: Mapping[str, int]) -> str | None:
    """The label value that people hope for, asked where a person can answer: by its number in the list, or by its name."""
    if not sys.stdin.isatty():
        return None
    typer.echo("Which label value does a person hope for?")
    for place, (name, rows) in enumerate(counts.items(), start=1):
        typer.echo(f"  {place}  {name!r} ({rows} rows)")
    answer = str(typer.prompt("Number, or nothing to leave it open", default="", show_default=False))
    chosen = int(answer) if answer.isdecimal() else 0
    return list(counts)[chosen - 1] if 1 <= chosen <= len(counts) else answer or None
