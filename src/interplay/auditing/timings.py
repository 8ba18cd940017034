"""What a run cost: measured seconds by stage, compiling apart, and the most memory; beside the audit, not in it."""

import json
import resource
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.auditing.folder import RunFolder, write
from interplay.auditing.written import as_json
from interplay.engine import workers

FILE = "timings.json"


@dataclass(frozen=True)
class Spent:
    """Seconds of one stage by the wall clock, and the seconds of compiling in it, which add up over threads."""

    seconds: float
    compiling: float


def note(folder: RunFolder, stage: str, spent: Spent) -> None:
    """Write down what a stage cost, and what this process has cost so far."""
    known = read(folder)
    known[stage] = {"seconds": round(spent.seconds, 2), "compiling": round(spent.compiling, 2)}
    known["process"] = {
        "threads": len(workers()),
        "device": workers()[0].device_kind,
        "peak_memory_bytes": peak_memory(),
    }
    write(folder.path / FILE, as_json(known))


def read(folder: RunFolder) -> dict[str, Any]:
    """What is known so far; nothing where the file cannot be read, since seconds are no part of an audit."""
    try:
        found = json.loads((folder.path / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def peak_memory() -> int:
    """The most memory this process held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says of a child begins with the parent's size
        told = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        if told:
            return 1024 * int(told[0])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
