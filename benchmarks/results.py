"""The file that the page of measured speeds is written from: its shape, and writing it in one piece."""

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.jobs import ORDER
from benchmarks.timing import Clock

PATH = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class ResultRow:
    """One job beside one peer. `ours_seconds` and the ratio are absent when only the peers were run."""

    job: str
    peer: str
    unit: str
    clock: Clock
    ours_seconds: float | None
    peer_seconds: float
    ratio: float | None
    low: float | None
    high: float | None
    rounds: int
    extrapolated: bool
    target: float

    @property
    def falls_short(self) -> bool:
        """Whether the measured ratio is below its target."""
        return self.ratio is not None and self.ratio < self.target


@dataclass(frozen=True)
class Results:
    """All rows, with the machine they were measured on."""

    machine: dict[str, Any]
    gemm_peak: dict[str, Any]
    rows: tuple[ResultRow, ...]
    date: str = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date().isoformat())
    growth: Mapping[str, Any] = field(default_factory=dict)
    compile_seconds: Mapping[str, Any] = field(default_factory=dict)


def replace_jobs(old: Results | None, new: Results) -> Results:
    """The new rows, and the old rows of other jobs when they come from the same machine and the same versions."""
    if old is None or old.machine != new.machine:
        return new
    measured = {row.job for row in new.rows}
    kept = (row for row in old.rows if row.job not in measured)
    return Results(
        new.machine,
        new.gemm_peak,
        tuple(sorted((*kept, *new.rows), key=lambda row: ORDER.index(row.job))),
        new.date,
        new.growth or old.growth,
        new.compile_seconds or old.compile_seconds,
    )


def write(results: Results, path: Path = PATH) -> None:
    """Write beside the file and rename, so that a reader never sees half of it."""
    beside = path.with_suffix(".json.partial")
    beside.write_text(json.dumps(asdict(results), indent=2) + "\n", encoding="utf-8")
    os.replace(beside, path)


def read(path: Path = PATH) -> Results | None:
    """The file as it stands, or nothing."""
    if not path.exists():
        return None
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Results(**{**stored, "rows": tuple(ResultRow(**row) for row in stored["rows"])})


def table(rows: Iterable[ResultRow]) -> str:
    """Plain text: seconds per unit on both sides, the ratio with its range, the target, and a mark where it is missed."""
    lines = [f"{'job':<20}{'peer':<14}{'clock':<6}{'ours':>11}{'peer':>12}{'ratio':>8}{'range':>16}{'target':>8}"]
    lines += [_line(row) for row in rows]
    lines += ["", "Seconds per unit, medians; ~ extrapolated from a share of the unit."]
    return "\n".join(lines)


def _line(row: ResultRow) -> str:
    ours = "-" if row.ours_seconds is None else f"{row.ours_seconds:.4g}"
    peer = f"{'~' if row.extrapolated else ''}{row.peer_seconds:.4g}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.1f}"
    span = "-" if row.low is None or row.high is None else f"{row.low:.1f} to {row.high:.1f}"
    mark = "  falls short" if row.falls_short else ""
    start = f"{row.job:<20}{row.peer:<14}{row.clock:<6}{ours:>11}{peer:>12}"
    return f"{start}{ratio:>8}{span:>16}{row.target:>8g}{mark}"
