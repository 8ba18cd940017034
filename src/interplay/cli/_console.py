"""How verbs speak to a person: what goes on, how to go on after a stop, and the exit code."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer


@contextmanager
def working(on: str) -> Iterator[None]:
    """Say what goes on, on the error stream, while it does: a terminal shows that it is alive."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(f"{on} ..."):
        yield


def exit_code(outcome: str) -> int:
    """What a comparison returns."""
    from interplay.decision.gate import EXIT_CODES

    return {str(name): code for name, code in EXIT_CODES.items()}[outcome]


@contextmanager
def without_collecting() -> Iterator[None]:
    """Let garbage lie: a short answer makes little, and looking for it, the last time at the exit, takes a fifth of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def resumable(study: Path, runs: Path, verb: str = "run") -> Iterator[None]:
    """Say after a Ctrl-C how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        again = f"interplay {verb} {study}" + (f" --runs {runs}" if runs != Path("runs") else "")
        typer.echo(f"\nStopped. Finished stages and treatments are kept; continue with: {again}", err=True)
        sys.exit(130)
