"""How time and memory grow with members, rows, features, treatments and threads, and what compiling costs."""

import functools
import json
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any

from interplay.engine import CORES

CURVES: dict[str, list[dict[str, Any]]] = {
    "members": [{"members": members} for members in (1, 4, 16, 64, 256)],
    "rows": [{"rows": rows, "members": 4} for rows in (1_000, 10_000, 100_000, 1_000_000)],
    "rows in a file": [{"rows": rows, "members": 4, "in_file": True} for rows in (10_000, 1_000_000)],
    "features": [{"features": features} for features in (10, 100, 1_000)],
    "treatments": [{"treatments": count, "members": 4, "kind": "both"} for count in (1, 4, 16, 32)],
    "small models": [{"members": 10_000, "rows": 1_000, "features": 10, "hidden": [16], "steps": 20}],
}
KINDS = ("plain", "dp_sgd", "adversarial", "both")


def growth() -> dict[str, Any]:
    """All curves; every point is a process of its own, and its first models are trained before the clock starts."""
    found = {name: [point(**given) for given in points] for name, points in CURVES.items()}
    found["threads"] = [point(cores=count, members=16) for count in range(1, CORES + 1)]
    return found


def compile_seconds() -> dict[str, Any]:
    """Seconds of compiling, by kind: with an empty cache of programs, and with what that run left behind.

    They add up over threads that compile at the same time.
    """
    found = {}
    for kind in KINDS:
        with TemporaryDirectory() as folder:
            cache = {"JAX_COMPILATION_CACHE_DIR": folder, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2"}
            first, second = (point(members=2, kind=kind, **cache)["compile_seconds"] for _ in range(2))
            found[kind] = {"empty cache": first, "filled cache": second}
    return found


def point(cores: int = CORES, **given: Any) -> dict[str, Any]:
    """One measured point on some of the cores; names in capitals go into the environment."""
    environment = {name: value for name, value in given.items() if name.isupper()}
    wanted = {name: value for name, value in given.items() if not name.isupper()}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.own.point", json.dumps(wanted)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=functools.partial(_keep_to, cores),
    )
    measured: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def _keep_to(cores: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
