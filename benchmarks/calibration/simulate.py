"""Running all repetitions on every core; the results do not depend on how many there are."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.calibration.claims import CalibrationRow, Seen, rows_of
from benchmarks.calibration.studies import Study
from interplay import streams

Progress = Callable[[float, float], None]
"""Is told the share of the work that is done and the seconds that are left, about."""


@dataclass(frozen=True)
class Task:
    """One repetition of one study."""

    place: int
    study: Study
    repetition: int


def simulate(studies: Sequence[Study], seed: int, workers: int, progress: Progress) -> tuple[CalibrationRow, ...]:
    """All rows of all studies. Repetitions of long studies alternate with others, so that the time left can be told."""
    tasks = [Task(place, study, one) for place, study in enumerate(studies) for one in range(study.repetitions)]
    spread = sorted(tasks, key=lambda task: (task.repetition + 0.5) / task.study.repetitions)
    found: dict[tuple[int, int], list[Seen]] = {}
    began = time.monotonic()
    for done, (task, seen) in enumerate(_results(spread, seed, workers), start=1):
        found[task.place, task.repetition] = seen
        spent = time.monotonic() - began
        progress(done / len(tasks), spent / done * (len(tasks) - done))
    return rows_of(seen for place in sorted(found) for seen in found[place])


def _results(tasks: Sequence[Task], seed: int, workers: int) -> Iterator[tuple[Task, list[Seen]]]:
    given = [(task, seed) for task in tasks]
    if workers == 1:
        yield from map(_run, given)
        return
    # Fresh processes: JAX, which the package brings along, does not survive a fork.
    with multiprocessing.get_context("spawn").Pool(workers, initializer=_quietly) as pool:
        yield from pool.imap_unordered(_run, given)


def _run(given: tuple[Task, int]) -> tuple[Task, list[Seen]]:
    task, seed = given
    name = f"calibration/{type(task.study).__name__}"
    return task, list(task.study.once(streams.generator(seed, name, repetition=task.repetition)))


def _quietly() -> None:
    """A Ctrl-C is for the process that started the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
