"""The ledger of used audit rows: held-back rows say something new only once, so every use is written down."""

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from interplay.arrays import Array, Int
from interplay.auditing.folder import write
from interplay.auditing.written import as_json
from interplay.errors import RunError
from interplay.report.names import clean, name

FILE = "audit-rows.json"
FORMAT: Literal["interplay audit rows 1"] = "interplay audit rows 1"
_POSITIONS = re.compile(r"[0-9]{1,15}(?:,[0-9]{1,15})*")


@dataclass(frozen=True, eq=False)
class AuditRows:
    """Rows of one table: the hash of its content, and the positions."""

    data: str
    positions: Int[Array, " row"]

    @property
    def digest(self) -> str:
        """SHA-256 of both, in hexadecimal."""
        return hashlib.sha256(f"{self.data}:{self.listed}".encode()).hexdigest()

    @property
    def listed(self) -> str:
        """The positions as text."""
        return ",".join(map(str, self.positions.tolist()))


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class Use:
    """One use of audit rows: which, by which study, for which winner, when, and what came of it.

    `outcome` is None as long as the use is not finished. `again` is the reason given for using rows that had been used;
    None for a first use. `secret_noise` says whether the models drew noise that no seed gives back.
    """

    rows: str
    data: str
    positions: str
    study: str
    name: str
    treatment: str
    began: str
    outcome: str | None
    again: str | None
    secret_noise: bool = False

    def __post_init__(self) -> None:
        if not _POSITIONS.fullmatch(self.positions):
            raise ValueError("positions are numbers separated by commas")

    def overlap(self, rows: AuditRows) -> int:
        """How many of these rows it used."""
        if self.data != rows.data:
            return 0
        return len(set(map(int, self.positions.split(","))) & set(rows.positions.tolist()))

    @property
    def said(self) -> str:
        """Who used them, when, and for what."""
        ended = f"outcome: {clean(self.outcome)}" if self.outcome is not None else "not finished"
        return f"study {name(self.name)!r} ({name(self.study[:16])}) for {name(self.treatment)} on {name(self.began)}, {ended}"


@checked(frozen=True, config=ConfigDict(extra="forbid", strict=True))
class _Book:
    format: Literal["interplay audit rows 1"]
    uses: tuple[Use, ...]


_adapter = TypeAdapter(_Book)


class Ledger:
    """The uses of audit rows known to one folder of runs; another folder has a ledger of its own."""

    def __init__(self, runs: Path) -> None:
        self.path = runs / FILE

    def uses(self) -> tuple[Use, ...]:
        """All uses so far.

        Raises RunError for a file that is not such a ledger; it is never overwritten.
        """
        try:
            return _adapter.validate_json(self.path.read_bytes()).uses
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError, ValueError, RecursionError) as problem:
            raise RunError(
                "the ledger of used audit rows",
                _why(problem),
                str(self.path),
                "restore it from a copy; it is never overwritten, because it may hold uses. Move it away only if you know "
                "that no audit rows were used",
            ) from problem

    def allowed(self, wanted: Use, rows: AuditRows) -> Use:
        """The use that may be made of these rows: the unfinished or finished one of this study and winner, or `wanted`.

        Raises RunError where another study, or another winner, has used some of the rows and no reason is given.
        """
        known = self.uses()
        own = [one for one in known if (one.rows, one.study, one.treatment) == _identity(wanted)]
        if own:
            mine = own[-1]
            return replace(mine, secret_noise=wanted.secret_noise) if mine.outcome is None else mine
        before = [one for one in known if one.overlap(rows)]
        if not before:
            return replace(wanted, again=None)
        if wanted.again:
            return wanted
        last = before[-1]
        raise RunError(
            "previously unused audit rows",
            f"{last.overlap(rows)} of {len(rows.positions)} used by {last.said}",
            str(self.path),
            'confirm on new data; or say why a second look is needed with --again "reason", which is recorded and makes the '
            "result no first use",
        )

    def record(self, use: Use, rows: AuditRows) -> Use:
        """Write a use down, in the place of the same use when it is there; gives what now stands in the ledger."""
        with self._locked():
            allowed = self.allowed(use, rows)
            kept = allowed if use.outcome is None else replace(allowed, outcome=use.outcome)
            others = [one for one in self.uses() if _identity(one) != _identity(kept)]
            book = {"format": FORMAT, "uses": [asdict(one) for one in (*others, kept)]}
            write(self.path, as_json(book))
            return kept

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """No two processes write at once."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = (self.path.parent / f".{FILE}.lock").open("w")
        except OSError as problem:
            raise RunError(
                "a folder for the ledger of used audit rows",
                problem.strerror or str(problem),
                str(self.path.parent),
                "choose another folder with --runs, or make it writable",
            ) from problem
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _identity(use: Use) -> tuple[str, str, str]:
    return use.rows, use.study, use.treatment


def _why(problem: Exception) -> str:
    if isinstance(problem, ValidationError):
        first = problem.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        return clean(f"{first['msg']} at {place or 'the top'}", 200)
    return clean(getattr(problem, "strerror", None) or str(problem), 200)
