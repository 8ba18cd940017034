"""Runs the jobs: prepare, interleave, compare, and keep what was measured after every job."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks import machine, results
from benchmarks.jobs import Job, OurSide, Peer
from benchmarks.results import ResultRow, Results
from benchmarks.timing import Task, Timed, compare, interleave, seconds

OURS = "ours"
Say = Callable[[str], None]


def bench(jobs: Sequence[Job], ours: OurSide | None, rounds: int, say: Say, curves: bool = True) -> Results:
    """Run all jobs, then the growth curves where asked for; write the results after each, and return them."""
    found = Results(machine.describe(), machine.gemm_peak(), ())
    say(f"{found.machine['processor']}, one core {found.gemm_peak['gflops']} GF/s in float32")
    for number, job in enumerate(jobs, 1):
        say(f"{job.name} ({number} of {len(jobs)}): preparing")
        found = replace(found, rows=(*found.rows, *run(job, ours, job.rounds(rounds), say)))
        store(found)
    if ours is not None and curves:
        say("growth curves and compile times")
        found = replace(found, growth=ours.growth(), compile_seconds=ours.compile_seconds())
        store(found)
    return found


def store(found: Results) -> None:
    """Write the results, with the rows of other jobs that the file holds from the same machine and versions."""
    results.write(results.replace_jobs(results.read(), found))


def run(job: Job, ours: OurSide | None, rounds: int, say: Say) -> tuple[ResultRow, ...]:
    """One job: all its peers and ours in the same rounds."""
    mine = None if ours is None else ours.tasks.get(job.name)
    tasks: dict[str, Task] = {} if mine is None else {OURS: mine()}
    tasks |= {peer.name: peer.make() for peer in job.peers}
    readings = interleave(tasks, rounds, _Progress(job, len(tasks) * (rounds + 1), say).after)
    return tuple(row(job, peer, readings) for peer in job.peers)


def row(job: Job, peer: Peer, readings: dict[str, list[Timed]]) -> ResultRow:
    """The row of one peer from the rounds' readings."""
    theirs = readings[peer.name]
    spent = seconds(theirs, job.clock).median
    alone = ResultRow(
        job=job.name,
        peer=peer.name,
        unit=job.unit,
        clock=job.clock,
        ours_seconds=None,
        peer_seconds=spent,
        ratio=None,
        low=None,
        high=None,
        rounds=len(theirs),
        extrapolated=peer.extrapolated,
        target=peer.target,
    )
    if OURS not in readings:
        return alone
    found = compare(readings[OURS], theirs, job.clock)
    return replace(
        alone,
        ours_seconds=found.ours.median,
        ratio=found.ratio.median,
        low=found.ratio.low,
        high=found.ratio.high,
    )


class _Progress:
    """Says after each step how long the rest of the job will take."""

    def __init__(self, job: Job, steps: int, say: Say) -> None:
        self.job, self.steps, self.say = job, steps, say
        self.done, self.start = 0, time.perf_counter()

    def after(self, name: str, number: int) -> None:
        """One step more is done."""
        self.done += 1
        left = (time.perf_counter() - self.start) / self.done * (self.steps - self.done)
        which = "warm-up" if number == 0 else f"round {number}"
        self.say(f"  {self.job.name}: {which}, {name} done; about {left:.0f} s left")
