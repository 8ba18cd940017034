"""`python -m benchmarks.answers`: how long it takes from stored measurements to an answer; writes benchmarks/answers.json.

Every round is a process of its own on one core:

- verdicts and decision of 32 treatments x 60 metrics x 16 members x 200 draws (`benchmarks.own.verdicts`);
- all metrics with their draws, 8 treatments of 16 members on Adult (`benchmarks.own.draws`), where its files are;
- `interplay decide` on the run of examples/mortgage.toml, which is made first.

There is no peer: nothing else answers these questions. Then the table of docs/performance.md is written anew.
"""

import datetime
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import adult, machine, quiet
from benchmarks.marked import DOCS, renew
from interplay.auditing.folder import write

ROOT = Path(__file__).parent.parent
PATH = Path(__file__).with_name("answers.json")
PAGE = DOCS / "performance.md"

QUESTION = ("--priorities", "privacy,fairness")


def main() -> None:
    """Measure, keep the figures, and write them into the page."""
    quiet.prepare()  # for the processes that are started
    found = {
        "machine": machine.describe(),
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        "rows": [*rows()],
    }
    write(PATH, (json.dumps(found, indent=2) + "\n").encode())
    renew(PAGE, "answers", table(found))


def rows() -> Iterator[dict[str, Any]]:
    """One row for each question: seconds over the rounds, and the largest peak memory."""
    found = [_own("verdicts") for _ in range(5)]
    compared, decided = ([one[f"{part}_seconds"] for one in found] for part in ("compare", "decide"))
    both = [sum(one) for one in zip(compared, decided, strict=True)]
    yield _row("verdicts, 32 treatments x 60 metrics", compared, None, found)
    yield _row("decision, 32 treatments x 60 metrics", decided, None, found)
    yield _row("verdicts and decision together", both, 10.0, found)
    if adult.is_published():
        found = [_own("draws") for _ in range(3)]
        yield _row("200 draws of all metrics, Adult", [one["seconds"] for one in found], 30.0, found)
    with TemporaryDirectory() as folder:
        _interplay("run", str(ROOT / "examples" / "mortgage.toml"), "--runs", folder, "--quiet")
        (run,) = (one for one in Path(folder).iterdir() if one.is_dir())
        _interplay("decide", str(run), *QUESTION)
        yield _row("interplay decide, the run of the demo", [_timed(run) for _ in range(15)], 1.0, [])


def table(found: dict[str, Any]) -> str:
    """The rows as Markdown."""
    lines = [
        f"Measured on {found['date']}: {found['machine']['processor']}, one core.",
        "",
        "| from stored measurements | seconds [range] | rounds | goal, s | peak memory, MB |",
        "|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        missed = ", missed" if row["goal"] is not None and row["seconds"] > row["goal"] else ""
        goal = "" if row["goal"] is None else f"{row['goal']:g}{missed}"
        memory = "" if row["peak_bytes"] is None else f"{row['peak_bytes'] / 1e6:,.0f}"
        span = f"{row['seconds']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
        lines.append(f"| {row['name']} | {span} | {row['rounds']} | {goal} | {memory} |")
    return "\n".join(lines)


def _row(name: str, seconds: list[float], goal: float | None, found: list[dict[str, Any]]) -> dict[str, Any]:
    print(f"{name}: {statistics.median(seconds):.2f} s", file=sys.stderr, flush=True)
    return {
        "name": name,
        "seconds": round(statistics.median(seconds), 3),
        "low": round(min(seconds), 3),
        "high": round(max(seconds), 3),
        "rounds": len(seconds),
        "goal": goal,
        "peak_bytes": max((one["peak_bytes"] for one in found), default=None),
    }


def _own(module: str) -> dict[str, Any]:
    told = _alone([sys.executable, "-m", f"benchmarks.own.{module}"]).strip().splitlines()[-1]
    answer: dict[str, Any] = json.loads(told)
    return answer


def _timed(run: Path) -> float:
    began = time.perf_counter()
    _interplay("decide", str(run), *QUESTION)
    return time.perf_counter() - began


def _interplay(*words: str) -> None:
    _alone([str(Path(sys.executable).with_name("interplay")), *words])


def _alone(command: list[str]) -> str:
    """Run on one core (on Linux), with the bytecode that every installation keeps."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    pinned = _on_one_core if hasattr(os, "sched_setaffinity") else None
    done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=True, preexec_fn=pinned)
    return done.stdout


def _on_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


if __name__ == "__main__":
    main()
