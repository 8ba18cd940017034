"""The run folder: every stage's output is written whole or not at all, and known by its hash."""

import hashlib
import json
import os
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from interplay.errors import RunError

MANIFEST = "manifest.json"
FORECAST = "forecast"
"""The entry that is listed before anything is trained."""
_FIRST = (".", "study.json", "forecast.json", MANIFEST)
"""How the names of files begin that are there before anything is trained."""


def write(path: Path, content: bytes) -> None:
    """Write a file atomically: a temporary file in the same folder, flushed to disk, then renamed.

    Raises `RunError` when the disk is full or the folder cannot be written; the old file, if any, is untouched.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as temporary:
            name = temporary.name
            temporary.write(content)
            temporary.flush()
            os.fsync(temporary.fileno())
        os.replace(name, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        raise RunError(
            f"to write {path.name} ({len(content):,} bytes)",
            error.strerror or str(error),
            str(path.parent),
            f"{_remedy(error, path)}, then run the same command again; finished stages are kept",
        ) from error


def _remedy(error: OSError, path: Path) -> str:
    if isinstance(error, IsADirectoryError):
        return f"move the folder away that stands at {path}"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"move the file away that stands where the folder {path.parent} belongs"
    return "free space or choose another folder with --runs"


def content(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none.

    Raises `RunError` where something stands there that cannot be read as a file.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        found, step = error.strerror or str(error), "move away what stands there, or make it readable; then run again"
        raise RunError(f"a file {path.name}", found, str(path), step) from error


class RunFolder:
    """The files of one run and the manifest that lists each finished stage with the hashes of its files.

    A stage counts as finished when all its files are there with the listed hashes; a damaged file makes its stage run
    again. A piece of a stage is listed like a stage, as "stage/piece".
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def begun(self) -> bool:
        """Whether anything has been trained: a stage or a piece of one is listed, or a file of one is there."""
        made = (one.name for one in self.path.iterdir()) if self.path.is_dir() else ()
        return bool(self._manifest().keys() - {FORECAST}) or any(not name.startswith(_FIRST) for name in made)

    def repair(self) -> None:
        """Put a manifest that cannot be read aside, under a name of its own, and warn that all stages run again."""
        path = self.path / MANIFEST
        if not os.path.lexists(path) or _listed(path) is not None:
            return
        names = (path.with_name(f"{MANIFEST}.broken-{number}") for number in count(1))
        aside = next(one for one in names if not os.path.lexists(one))
        try:
            os.replace(path, aside)
        except OSError as error:
            step = "move it away, then run the same command again"
            raise RunError("a manifest that can be read", error.strerror or str(error), str(path), step) from error
        warnings.warn(f"{path} could not be read; it is kept as {aside.name}, and all stages run again", stacklevel=3)

    def listed(self, stage: str) -> bool:
        """Whether a stage is on the manifest, with whole files or not."""
        return stage in self._manifest()

    @property
    def entries(self) -> dict[str, tuple[str, ...]]:
        """The files of every listed stage and piece, by its name."""
        return {name: tuple(files) for name, files in self._manifest().items()}

    def finished(self, stage: str) -> bool:
        """Whether the files of a stage are whole."""
        return self.whole(stage, *self._manifest().get(stage, {}))

    def whole(self, stage: str, *names: str) -> bool:
        """Whether these files of a stage are; false where there is no name."""
        listed = self._manifest().get(stage, {})
        return bool(names) and all(name in listed and self._digest(name) == listed[name] for name in names)

    def read(self, name: str) -> bytes:
        """The content of a file of a finished stage.

        Raises `RunError` where it is not there or cannot be read.
        """
        found = content(self.path / name)
        if found is None:
            step = f"delete {MANIFEST} there and run the study again"
            raise RunError(f"the file {name} of a finished stage", "none", str(self.path), step)
        return found

    def finish(self, stage: str, files: dict[str, bytes]) -> None:
        """Write the files of a stage or a piece of one, then list it as finished."""
        self._list(stage, files, {})

    def amend(self, stage: str, files: dict[str, bytes]) -> None:
        """Write some files of a stage anew; its other files stay listed with the hashes they had."""
        self._list(stage, files, self._manifest().get(stage, {}))

    def _list(self, stage: str, files: dict[str, bytes], others: dict[str, str]) -> None:
        for name, content in files.items():
            write(self.path / name, content)
        listed = dict(self._manifest())
        listed[stage] = others | {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        write(self.path / MANIFEST, json.dumps(listed, indent=1, sort_keys=True).encode())

    def forget(self, stages: tuple[str, ...]) -> None:
        """Take stages off the manifest with their pieces, because one before them runs again."""
        self._keep(lambda entry: entry.partition("/")[0] not in stages)

    def tidy(self, stage: str) -> None:
        """Throw away the pieces of a stage that is finished."""
        self._keep(lambda entry: not entry.startswith(f"{stage}/"))

    def _keep(self, wanted: Callable[[str], bool]) -> None:
        """Take all other entries off the manifest; the files of a piece go with it."""
        listed = self._manifest()
        kept = {entry: files for entry, files in listed.items() if wanted(entry)}
        if kept != listed:
            write(self.path / MANIFEST, json.dumps(kept, indent=1, sort_keys=True).encode())
        for entry in listed.keys() - kept.keys():
            for name in listed[entry] if "/" in entry else ():
                with suppress(OSError):  # what is left behind is in nobody's way
                    (self.path / name).unlink()

    def _manifest(self) -> dict[str, dict[str, str]]:
        return _listed(self.path / MANIFEST) or {}

    def _digest(self, name: str) -> str:
        try:
            with (self.path / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return ""


def _listed(path: Path) -> dict[str, dict[str, str]] | None:
    """The entries of a manifest; None where it is not there or is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if _is_manifest(found) else None


def _is_manifest(found: Any) -> bool:
    """Whether it lists, by stage, files inside the folder with their hashes."""
    stages = found.values() if isinstance(found, dict) else (None,)
    return all(
        isinstance(files, dict) and all(isinstance(digest, str) and _inside(name) for name, digest in files.items())
        for files in stages
    )


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
