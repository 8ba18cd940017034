"""The rows of the table: which work, beside which library, by which clock, and the ratio that is aimed at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.timing import Clock, Task

ORDER = (
    "plain",
    "dp_sgd",
    "adversarial",
    "adversarial_movable",
    "lira",
    "lime",
    "bootstrap",
    "grid",
    "grid_movable",
    "audit",
)
"""The jobs in the order of the table."""


@dataclass(frozen=True)
class Peer:
    """One library at one job: how to prepare it, and the ratio that ours is to reach.

    `extrapolated` says that a call does less than a unit, or scales a sum of parts.
    """

    name: str
    target: float
    make: Callable[[], Task]
    extrapolated: bool = True


@dataclass(frozen=True)
class Job:
    """One kind of work with its peers, which are measured in the same rounds beside the same readings of ours."""

    name: str
    unit: str
    clock: Clock
    peers: tuple[Peer, ...]
    most_rounds: int | None = None

    def rounds(self, wanted: int) -> int:
        """The rounds to run: what is asked for, unless one round takes minutes."""
        return wanted if self.most_rounds is None else min(wanted, self.most_rounds)


@dataclass(frozen=True)
class OurSide:
    """What interplay brings: a task per job, and what only concerns itself.

    Each task does some work on `benchmarks.work.load()` (for the job `audit`, on `benchmarks.audit_work.load()`) and
    returns the number of units done, in the unit of its job. `growth` and `compile_seconds` run after the rows; their
    results are stored as they are.
    """

    tasks: Mapping[str, Callable[[], Task]]
    growth: Callable[[], dict[str, Any]] = field(default=dict)
    compile_seconds: Callable[[], dict[str, Any]] = field(default=dict)
