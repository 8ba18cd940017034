"""The run folder: every stage's output is written whole or not at all, and known by its hash."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from interplay.errors import RunError

MANIFEST = "manifest.json"


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
            "free space or choose another folder with --runs, then run the same command again; finished stages are kept",
        ) from error


class RunFolder:
    """The files of one run and the manifest that lists each finished stage with the hashes of its files.

    A stage counts as finished when all its files are there with the listed hashes; a damaged file makes its stage run
    again. A piece of a stage is listed like a stage, as "stage/piece".
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def begun(self) -> bool:
        """Whether any stage, or a piece of one, is listed."""
        return bool(self._manifest())

    @property
    def entries(self) -> dict[str, tuple[str, ...]]:
        """The files of every listed stage and piece, by its name."""
        return {name: tuple(files) for name, files in self._manifest().items()}

    def finished(self, stage: str) -> bool:
        """Whether the files of a stage are whole."""
        listed = self._manifest().get(stage)
        return bool(listed) and all(self._digest(name) == digest for name, digest in (listed or {}).items())

    def read(self, name: str) -> bytes:
        """The content of a file of a finished stage."""
        return (self.path / name).read_bytes()

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
                (self.path / name).unlink(missing_ok=True)

    def _manifest(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads((self.path / MANIFEST).read_bytes())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def _digest(self, name: str) -> str:
        try:
            with (self.path / name).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return ""
