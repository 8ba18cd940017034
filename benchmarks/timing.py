"""A stopwatch with two clocks, interleaved rounds, and ratios taken round by round.

On a shared machine the wall clock measures the neighbours too, so most rows use process CPU time; rows that use all
cores use the wall clock and want a quiet machine. Interleaving spreads what is left of the noise over both sides, and
the ratio of two neighbouring measurements cancels slow drifts.
"""

import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Clock = Literal["cpu", "wall"]


@dataclass(frozen=True)
class Timed:
    """Seconds by both clocks, and the units of work done in them."""

    cpu: float
    wall: float
    units: float

    def per_unit(self, clock: Clock) -> float:
        """Seconds of one unit by the given clock."""
        return (self.cpu if clock == "cpu" else self.wall) / self.units


Task = Callable[[], float | Timed]
"""Does some work and returns the units done; or, where a sum of parts is extrapolated, its own `Timed`."""


@dataclass(frozen=True)
class Spread:
    """Median, lowest and highest of some rounds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """One peer beside ours: seconds per unit, and the ratio peer / ours taken round by round."""

    ours: Spread
    peer: Spread
    ratio: Spread
    rounds: int


def cpu_seconds() -> float:
    """CPU time of all threads of this process, and of its child processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(task: Task) -> Timed:
    """Run a task once between two readings of both clocks."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    done = task()
    if isinstance(done, Timed):
        return done
    return Timed(cpu_seconds() - cpu, time.perf_counter() - wall, done)


def interleave(tasks: Mapping[str, Task], rounds: int, after: Callable[[str, int], None]) -> dict[str, list[Timed]]:
    """One warm-up round that is thrown away, then rounds in alternating order; `after` hears of every step."""
    readings: dict[str, list[Timed]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name in list(tasks) if number % 2 == 0 else reversed(list(tasks)):
            reading = timed(tasks[name])
            if number > 0:
                readings[name].append(reading)
            after(name, number)
    return readings


def spread(values: Sequence[float]) -> Spread:
    """Median, lowest and highest."""
    return Spread(statistics.median(values), min(values), max(values))


def seconds(readings: Sequence[Timed], clock: Clock) -> Spread:
    """Seconds per unit over the rounds."""
    return spread([reading.per_unit(clock) for reading in readings])


def compare(ours: Sequence[Timed], peer: Sequence[Timed], clock: Clock) -> Comparison:
    """The ratio is the median of the rounds' ratios; its range is the lowest and the highest of them."""
    ratios = [theirs.per_unit(clock) / mine.per_unit(clock) for mine, theirs in zip(ours, peer, strict=True)]
    return Comparison(seconds(ours, clock), seconds(peer, clock), spread(ratios), len(ratios))
