"""Running all repetitions on every core; the results do not depend on how many there are."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.calibration.claims import CalibrationRow, Seen, rows_of
from benchmarks.calibration.every_metric import questions
from benchmarks.calibration.studies import Study
from interplay import streams
from interplay.metrics import Metric
from interplay.testing.simulation.audit import Known, Worlds, remember, worked_out
from interplay.testing.simulation.truth import Size

Given = TypeVar("Given")
Result = TypeVar("Result")

Progress = Callable[[str, float, float], None]
"""Is told what is worked on, the share of it that is done and the seconds that are left, about."""


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
    asked = questions(studies)
    known = list(_watched("true values", _all(_known, asked, workers), len(asked), progress))
    found: dict[tuple[int, int], list[Seen]] = {}
    results = _all(_run, [(task, seed) for task in spread], workers, known)
    for task, seen in _watched("audits", results, len(tasks), progress):
        found[task.place, task.repetition] = seen
    return rows_of(seen for place in sorted(found) for seen in found[place])


def _watched(what: str, results: Iterable[Result], count: int, progress: Progress) -> Iterator[Result]:
    """The same, reported as they come."""
    began = time.monotonic()
    for done, result in enumerate(results, start=1):
        spent = time.monotonic() - began
        progress(what, done / count, spent / done * (count - done))
        yield result


def _all(
    run: Callable[[Given], Result], given: Sequence[Given], workers: int, known: Sequence[Known] = ()
) -> Iterator[Result]:
    """Every result, in whatever order, by processes that know these true values."""
    if workers == 1:
        _ready(known)
        yield from map(run, given)
        return
    # Fresh processes: JAX, which the package brings along, does not survive a fork.
    with multiprocessing.get_context("spawn").Pool(workers, initializer=_ready, initargs=(known,)) as pool:
        yield from pool.imap_unordered(run, given)


def _known(asked: tuple[Metric, Worlds, tuple[Size, ...]]) -> Known:
    return worked_out(*asked)


def _run(given: tuple[Task, int]) -> tuple[Task, list[Seen]]:
    task, seed = given
    name = f"calibration/{type(task.study).__name__}"
    return task, list(task.study.once(streams.generator(seed, name, repetition=task.repetition)))


def _ready(known: Sequence[Known]) -> None:
    remember(known)
    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the process that started the workers


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
