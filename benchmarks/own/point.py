"""One point of a growth curve, in a process of its own so that its peak memory is its own.

    python -m benchmarks.own.point '{"members": 16}'

prints one line of JSON: seconds of the work itself, compile seconds, peak memory, models trained.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from interplay import streams
from interplay.attacks.pgd import Threat
from interplay.auditing.timings import peak_memory
from interplay.data.mapped import store
from interplay.engine import compile_seconds, jnp, workers
from interplay.families.network.fleet import Lazy, train_all
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Job, Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.dense import Dense

BATCH = 256
BLOCK = 100_000


@dataclass(frozen=True)
class Point:
    """What is trained: `treatments` strengths of one kind with `members` models each, for `steps` steps."""

    members: int = 16
    rows: int = 30_000
    features: int = 100
    treatments: int = 1
    steps: int = 117
    kind: str = "plain"
    hidden: tuple[int, ...] = (64, 64)
    in_file: bool = False


def main() -> None:
    """Train what the argument describes."""
    given = json.loads(sys.argv[1])
    point = Point(**{**given, "hidden": tuple(given.get("hidden", Point.hidden))})
    with TemporaryDirectory() as folder:
        recipe, table = _rows(point, Path(folder))
        jobs = Lazy(point.members * point.treatments, lambda number: _job(point, number))
        train_all(recipe, table, Lazy(2 * len(workers()), lambda number: _job(point, number)))
        compiled, began = compile_seconds(), time.perf_counter()
        train_all(recipe, table, jobs)
        seconds = time.perf_counter() - began
    peak = peak_memory()
    found = {"seconds": round(seconds, 3), "compile_seconds": round(compiled, 2), "peak_bytes": peak}
    print(json.dumps({**asdict(point), **found, "models": len(jobs), "threads": len(workers())}))


def _rows(point: Point, folder: Path) -> tuple[Recipe, TrainingTable]:
    labels = np.random.default_rng(0).integers(0, 2, point.rows)
    blocks = (_block(point, labels[at : at + BLOCK], at) for at in range(0, point.rows, BLOCK))
    width = point.features
    threat = Threat(jnp.ones(width), jnp.full(width, -3.0), jnp.full(width, 3.0))
    sampling = Sampling(point.rows, min(1.0, BATCH / point.rows), point.steps)
    reader = store(folder / "rows", blocks) if point.in_file else None
    inputs = jnp.arange(point.rows) if reader else jnp.asarray(np.concatenate(list(blocks)))
    movable = tuple(range(min(6, width)))
    recipe = Recipe(Dense((width, *point.hidden, 2)), "adam", sampling, movable=movable, reader=reader)
    return recipe, TrainingTable(inputs, jnp.asarray(labels), jnp.zeros(point.rows, jnp.int32), threat)


def _block(
    point: Point, labels: np.ndarray[tuple[int], np.dtype[np.int64]], at: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    drawn = np.random.default_rng(at).normal(size=(len(labels), point.features)).astype(np.float32)
    drawn[:, 0] += labels
    return drawn


def _job(point: Point, number: int) -> Job:
    member, treatment = number % point.members, number // point.members
    dp, pgd = DpSgd(noise_multiplier=1.0 + treatment), AdversarialTraining(radius=0.1 + 0.1 * treatment)
    active = {"plain": (), "dp_sgd": (dp,), "adversarial": (pgd,), "both": (pgd, dp)}[point.kind]
    words = (
        streams.key_data(0, purpose, member=member) for purpose in ("initialisation", "batches", "noise", "attack")
    )
    rows = np.arange(point.rows, dtype=np.int32)
    return Job(rows, np.ones(point.rows, np.float32), np.float32(1e-3), np.float32(0.0), hooks(active), *words)


if __name__ == "__main__":
    main()
