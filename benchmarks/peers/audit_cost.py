"""What an audit costs stage by stage, and the whole audit extrapolated from a few members and epochs."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from joblib import Parallel, delayed, parallel_config
from numpy.typing import NDArray

from benchmarks.audit_work import EPOCHS, MEMBERS, TREATMENTS, Treatment
from benchmarks.timing import Timed

Result = TypeVar("Result")
TRAINING = "training"
ONE_OF_EACH_KIND = tuple(treatment for treatment in TREATMENTS if not treatment.reweighed)


@dataclass
class MemberCost:
    """CPU seconds per stage of one member, with what is needed to scale them."""

    treatment: Treatment
    epochs: int
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def at_full_length(self) -> float:
        """CPU seconds with training scaled to all epochs."""
        return sum(self.stages.values()) + (EPOCHS / self.epochs - 1.0) * self.stages[TRAINING]

    def stage(self, name: str, work: Callable[[], Result]) -> Result:
        """Run one stage and note its CPU seconds in this process."""
        start = time.process_time()
        result = work()
        self.stages[name] = time.process_time() - start
        return result


@dataclass(frozen=True)
class MemberResult:
    """What one member costs and what was measured on it."""

    cost: MemberCost
    measured: dict[str, Any]
    margins: NDArray[np.floating]


def whole_audit(costs: Sequence[MemberCost], lira: float, cores: int) -> Timed:
    """Cost of 8 treatments of 16 members at 20 epochs each, from that of some members.

    Training is scaled by epochs and taken from members of the same kind, since row weights cost nothing; every other
    stage is counted once per member; LiRA (`lira`) once per treatment. The wall clock is the CPU time over the
    cores: 128 independent members fill them evenly. Imports and encoding, about 4 seconds per process, are left out.
    """
    total = sum(MEMBERS * member_seconds(costs, treatment) + lira for treatment in TREATMENTS)
    return Timed(cpu=total, wall=total / cores, units=1.0)


def member_seconds(costs: Iterable[MemberCost], treatment: Treatment) -> float:
    """CPU seconds of one member at full length: the mean over the members of this kind that were run."""
    alike = [cost for cost in costs if cost.treatment.kind == treatment.kind]
    return statistics.fmean(cost.at_full_length for cost in alike)


def on_all_cores(
    audit_member: Callable[[Treatment, int], Result], treatments: Iterable[Treatment], members: int, cores: int
) -> list[Result]:
    """Audit members of the given treatments, the longest first, in one single-threaded worker for each core."""
    longest_first = sorted(treatments, key=lambda treatment: (treatment.adversarial, treatment.private))[::-1]
    tasks = [(treatment, member) for treatment in longest_first for member in range(members)]
    with parallel_config("loky", n_jobs=cores, inner_max_num_threads=1):
        return Parallel(pre_dispatch="all", batch_size=1)(delayed(audit_member)(*task) for task in tasks)
