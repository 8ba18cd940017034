"""Work that says how far it is: a bar with the time left in a terminal, a line for each stage elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from interplay.auditing.progress import Meter

Progress = Callable[[str, int], None]


@contextmanager
def progress_on(console: Any, meter: Meter, *, quiet: bool) -> Iterator[Progress]:
    """What a stage calls with its name and how much more of it is done; nothing is written if `quiet`."""
    if quiet or not console.is_terminal:
        yield _plain(console, meter, quiet=quiet)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("prepare", total=1.0, left="")

        def live(stage: str, done: int) -> None:
            meter.note(stage, done)
            bar.update(task, description=stage, completed=meter.share, left=meter.left)

        yield live


def _plain(console: Any, meter: Meter, *, quiet: bool) -> Progress:
    last = [""]

    def note(stage: str, done: int) -> None:
        meter.note(stage, done)
        if not quiet and stage != last[0]:
            last[0] = stage
            console.print(f"{stage} ...")

    return note
