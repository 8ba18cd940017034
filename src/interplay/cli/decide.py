"""`interplay decide`: what would be decided under other priorities."""

from pathlib import Path
from typing import Annotated

import typer

from interplay.cli._console import without_collecting
from interplay.cli._options import RunsPath


def decide(
    run: Annotated[Path, typer.Argument(help="A run folder, or the beginning of its name.")],
    priorities: Annotated[str, typer.Option(help="Aspects from the most important on; the rest as declared.")] = "",
    limit: Annotated[
        list[str] | None, typer.Option(help='A hard limit: "accuracy>=0.8" or "accuracy>=control-0.03".')
    ] = None,
    tolerance: Annotated[list[str] | None, typer.Option(help='A tolerance, such as "accuracy=0.01".')] = None,
    runs: RunsPath = Path("runs"),
) -> None:
    """Ask a finished run what would be decided under other priorities, limits or tolerances. Exploration only."""
    with without_collecting():
        from rich.console import Console

        from interplay.auditing.lookup import folder_of
        from interplay.auditing.whatif import Question, answer
        from interplay.report.whatif import WhatIf

        ranked = tuple(word for word in priorities.split(",") if word.strip())
        found = answer(folder_of(run, runs), Question(ranked, tuple(limit or ()), tuple(tolerance or ())))
        Console().print(WhatIf(found.study, found.asked, found.chosen, found.unresolved, found.found, found.harmed))
