"""`interplay catalogue`: all that can be applied and measured."""

from typing import Annotated

import typer


def catalogue(
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """List every intervention, metric and interaction with its reference."""
    import json

    from interplay.auditing.listing import listing
    from interplay.catalogue import describe
    from interplay.errors import StudyError

    if output not in ("text", "json"):
        raise StudyError("text or json", repr(output), "--format", "write --format json")
    known = describe()
    typer.echo(json.dumps(known, indent=1, ensure_ascii=False) if output == "json" else listing(known))
