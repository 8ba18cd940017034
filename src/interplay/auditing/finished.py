"""A finished run, opened again."""

import json
from pathlib import Path

from interplay.auditing.lookup import folder_of
from interplay.auditing.result import Audit
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
