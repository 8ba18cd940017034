"""The command line: one file a verb; heavy imports happen inside of the verb."""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from interplay.errors import InterplayError

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # read once, when numpy is first imported; a second thread only costs time

VERBS = "init", "plan", "run", "confirm", "compare", "approve", "gate", "card", "decide", "catalogue", "demo", "explain"
"""In the order of the help; each is a function of the same name in a file of the same name."""

app = typer.Typer(
    help="Audit what every trust intervention does to every other aspect of trust, on your own data and model.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for _verb in VERBS:
    app.command(_verb)(getattr(import_module(f"interplay.cli.{_verb}"), _verb))


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"interplay {version('interplay')}")
        raise typer.Exit


@app.callback()
def _options(
    show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Audit what every trust intervention does to every other aspect of trust, on your own data and model."""
    del show


def main() -> None:
    """Run the command line; an error a user can act on is four plain parts and an exit code."""
    try:
        app(standalone_mode=False)
    except InterplayError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("\nStopped. Nothing was changed.", err=True)
        sys.exit(130)
    except typer.Exit as stop:
        sys.exit(stop.exit_code)
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            if said := error.format_message():  # nothing where the help was shown
                typer.echo(f"Error: {said}", err=True)
            sys.exit(2)
        import traceback

        traceback.print_exc()
        typer.echo("This is a fault of interplay, not of your study. Please report it with the lines above.", err=True)
        sys.exit(5)
