"""A mixed grid of trainings, one single-threaded worker per core by joblib."""

from collections.abc import Callable

from joblib import Parallel, delayed, parallel_config

from benchmarks import quiet, work
from benchmarks.peers.art_opacus import ArtOpacus
from benchmarks.peers.art_training import ArtMovable, ArtTraining
from benchmarks.peers.dataloader import DataLoaderTraining
from benchmarks.peers.opacus_hooks import OpacusHooks

KINDS = ("dp+pgd", "pgd", "dp", "plain")


class Grid:
    """One epoch of each kind {plain, dp, pgd, dp+pgd} for two members, by joblib. Unit: one model-epoch of the mean kind.

    Fair: one process per core and one thread per process is the fastest arrangement of these libraries; the workers
    are warm, hold the data, and take the longest trainings first. Opacus runs in its default mode.
    """

    def __init__(self, cores: int, movable_only: bool = False, members: int = 2) -> None:
        self.tasks = [(kind, member, movable_only) for kind in KINDS for member in range(members)]
        self.cores = cores

    def __call__(self) -> float:
        """Train all; the number of model-epochs."""
        with parallel_config("loky", n_jobs=self.cores, inner_max_num_threads=1):
            done = Parallel(pre_dispatch="all", batch_size=1)(delayed(train)(*task) for task in self.tasks)
        return float(sum(done))


def train(kind: str, member: int, movable_only: bool) -> float:
    """One epoch of one model in a worker; the model-epochs done."""
    quiet.silence()
    common = work.load()
    batches = round(common.batches)
    makers: dict[str, Callable[[], Callable[[], float]]] = {
        "plain": lambda: DataLoaderTraining(common, batches, member),
        "dp": lambda: OpacusHooks(common, batches, member),
        "pgd": lambda: (ArtMovable if movable_only else ArtTraining)(common, batches - 1, member),
        "dp+pgd": lambda: ArtOpacus(common, batches, member, movable_only=movable_only),
    }
    return makers[kind]()()
