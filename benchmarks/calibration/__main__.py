"""`python -m benchmarks.calibration [--quick]`: simulate, print every rate, write benchmarks/calibration.json."""

from benchmarks import quiet

quiet.prepare()

import argparse  # noqa: E402 - thread limits are set before anything numerical is imported
import sys  # noqa: E402
import time  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

from benchmarks.calibration import page, record  # noqa: E402
from benchmarks.calibration.every_metric import EveryMetric  # noqa: E402
from benchmarks.calibration.simulate import cores, simulate  # noqa: E402
from benchmarks.calibration.studies import FULL, QUICK  # noqa: E402


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; 1 when a target is missed, 130 when it was stopped."""
    names = [type(study).__name__ for study in FULL]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description="Measure the error rates.")
    parser.add_argument("--quick", action="store_true", help="a small version, in seconds; writes only where --to says")
    parser.add_argument(
        "--only", help=f"comma-separated studies out of {', '.join(names)}; writes only where --to says"
    )
    parser.add_argument(
        "--metrics",
        help="comma-separated names: measures these alone, and writes their rates in the place of those on record",
    )
    parser.add_argument("--seed", type=int, default=0, help="other random numbers (default 0)")
    parser.add_argument("--workers", type=int, default=cores(), help="processes (default: one for each core)")
    parser.add_argument("--to", type=Path, help="the file to write (default benchmarks/calibration.json, and the page)")
    options = parser.parse_args(arguments)
    wanted = names if options.only is None else options.only.split(",")
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"--only takes studies out of {', '.join(names)}. Found {', '.join(unknown)}.")
    if options.workers < 1:
        parser.error(f"--workers must be at least 1. Found {options.workers}.")
    studies = [study for study in (QUICK if options.quick else FULL) if type(study).__name__ in wanted]
    asked = () if options.metrics is None else tuple(options.metrics.split(","))
    if asked:
        studies = [replace(study, only=asked) for study in studies if isinstance(study, EveryMetric)]
    began = time.monotonic()
    try:
        rows = simulate(studies, options.seed, options.workers, _tell)
    except KeyboardInterrupt:
        print("\nStopped. Nothing was written; the earlier file is as it was.", file=sys.stderr)
        return 130
    repetitions = {type(study).__name__: study.repetitions for study in studies}
    found = record.Record(rows, options.seed, time.monotonic() - began, repetitions)
    if asked and not options.quick:
        found = record.read().with_metrics(asked, found)
    print(f"\n{record.table(rows)}")
    if options.to is not None:
        record.save(found, options.to)
    elif not options.quick and options.only is None:
        record.save(found)
        page.renew(found)
    failed = sum(row.holds is False for row in rows)
    print(f"{len(rows)} rates in {found.seconds:.0f} s, {failed} outside of their target.")
    return int(failed > 0 and not options.quick)


def _tell(what: str, share: float, left: float) -> None:
    print(f"\r{what}: {share:4.0%} done, about {left / 60:.1f} min left ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
