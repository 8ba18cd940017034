"""A finished run, opened again."""

import json
from pathlib import Path

from interplay.auditing.folder import MANIFEST
from interplay.auditing.result import Audit
from interplay.data.nearest import suggestion
from interplay.errors import RunError

AUDIT = "audit.json"


def open(run: Path | str, runs: Path | str = "runs") -> Audit:
    """The audit of a finished run: `run` is its folder, or the beginning of the folder's name in `runs`. Nothing is computed.

    Raises RunError where there is no such folder, several begin so, or the run is not finished.
    """
    folder = folder_of(Path(run), Path(runs))
    try:
        content = (folder / AUDIT).read_bytes()
    except FileNotFoundError:
        step = "let the run finish: interplay run STUDY goes on where it stopped"
        raise RunError("a finished run", f"a folder without {AUDIT}", str(folder), step) from None
    return Audit(folder, json.loads(content))


def folder_of(name: Path, runs: Path) -> Path:
    """The run folder that is meant: a folder, or the beginning of the name of one in `runs`.

    Raises `RunError` when there is none, or more than one.
    """
    if (name / MANIFEST).is_file():
        return name
    there = sorted(one.parent for one in runs.glob(f"*/{MANIFEST}"))
    found = [one for one in there if one.name.startswith(name.name)] if len(name.parts) == 1 else []
    if len(found) == 1:
        return found[0]
    told = f"{len(found)} folders that begin so" if found else "none"
    names = [one.name for one in found or there]
    raise RunError(f"one run folder {str(name)!r}", told, str(runs), suggestion(name.name, names))
