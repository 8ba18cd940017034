"""`python -m benchmarks [--rounds N] [--only job,...]`: measure, print the table, write benchmarks/results.json."""

from benchmarks import quiet

quiet.prepare()

import argparse  # noqa: E402 - thread limits are set before anything numerical is imported
import importlib.util  # noqa: E402
import sys  # noqa: E402
from typing import Any  # noqa: E402

from benchmarks import results  # noqa: E402
from benchmarks.bench import bench  # noqa: E402
from benchmarks.jobs import OurSide  # noqa: E402
from benchmarks.peer_jobs import JOBS  # noqa: E402


def main(arguments: list[str]) -> None:
    """Run what the command line asks for."""
    names = [job.name for job in JOBS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure interplay beside its peers.")
    parser.add_argument("--rounds", type=int, default=5, help="measured rounds after one warm-up round (default 5)")
    parser.add_argument("--only", help=f"comma-separated jobs out of {', '.join(names)}; the others keep their rows")
    parser.add_argument("--growth", action="store_true", help="only the growth curves and the compile times")
    parser.add_argument("--peers-only", action="store_true", help="measure the peers without ours")
    options = parser.parse_args(arguments)
    wanted = names if options.only is None else options.only.split(",")
    unknown = sorted(set(wanted) - set(names))
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1. Found {options.rounds}.")
    if unknown:
        parser.error(f"--only takes jobs out of {', '.join(names)}. Found {', '.join(unknown)}.")
    chosen = [] if options.growth else [job for job in JOBS if job.name in wanted]
    curves = options.growth or options.only is None
    found = bench(chosen, None if options.peers_only else _ours(), options.rounds, _say, curves)
    print(results.table(found.rows))


def _ours() -> OurSide | None:
    """Our half, from `benchmarks/ours.py`."""
    if importlib.util.find_spec("benchmarks.ours") is None:
        return None
    module: Any = importlib.import_module("benchmarks.ours")
    return module.OURS


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
