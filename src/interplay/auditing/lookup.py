"""Which run folder is meant, by the beginning of its name; needs no engine, so that short answers stay short."""

from pathlib import Path

from interplay.auditing.folder import MANIFEST
from interplay.data.nearest import suggestion
from interplay.errors import RunError


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
