"""The file of measured rates: its shape, and writing it in one piece."""

import datetime
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.calibration.claims import CalibrationRow, restored, stored
from interplay.auditing.folder import write

PATH = Path(__file__).parent.parent / "calibration.json"


@dataclass(frozen=True)
class Record:
    """All rows, with what it took to measure them."""

    rows: tuple[CalibrationRow, ...]
    seed: int
    seconds: float
    repetitions: Mapping[str, int]
    date: str = field(default_factory=lambda: datetime.datetime.now(datetime.UTC).date().isoformat())

    def with_metrics(self, names: Collection[str], measured: "Record") -> "Record":
        """The same with these metrics as they were measured later, and the time that took on top."""
        kept = tuple(row for row in self.rows if str(row.setting.get("metric", "")).partition("/")[0] not in names)
        return replace(self, rows=(*kept, *measured.rows), seconds=self.seconds + measured.seconds, date=measured.date)


def save(record: Record, path: Path = PATH) -> None:
    """Write the file whole or not at all."""
    content = {
        "date": record.date,
        "seed": record.seed,
        "seconds": round(record.seconds),
        "repetitions": dict(record.repetitions),
    }
    rows = ",\n".join(f"  {json.dumps(stored(row))}" for row in record.rows)  # one line for each rate
    write(path, f'{json.dumps(content, indent=1)[:-2]},\n "rows": [\n{rows}\n ]\n}}\n'.encode())


def read(path: Path = PATH) -> Record:
    """The file as it stands."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Record(**{**found, "rows": tuple(restored(row) for row in found["rows"])})


def table(rows: Iterable[CalibrationRow]) -> str:
    """Plain text, one line for each row."""
    return "\n".join(_line(row) for row in rows)


def _line(row: CalibrationRow) -> str:
    mark = {True: "holds", False: "FAILS", None: "for information"}[row.holds]
    rate = f"{row.measured:7.1%} [{row.low:.1%}, {row.high:.1%}]"
    return f"{rate:<26}{mark:<16}{wanted(row):<12}{row.check}: {where(row)}"


def where(row: CalibrationRow) -> str:
    """The setting in words."""
    named = row.setting.items()
    return ", ".join(f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in named)


def wanted(row: CalibrationRow) -> str:
    """The target in words."""
    if row.target is None:
        return ""
    low, high = f"{row.target.at_least:.0%}", f"{row.target.at_most:.0%}"
    if row.target.at_most == 1:
        return f">= {low}"
    return f"<= {high}" if row.target.at_least == 0 else f"{low} to {high}"
