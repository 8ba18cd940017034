"""Faults of a study: what is wrong at one key, gathered first and raised together as one error."""

from collections.abc import Iterable
from dataclasses import dataclass

from interplay.errors import InterplayError, StudyError
from interplay.study.positions import KeyPath, Positions

LISTED = 5
"""How many further places an error lists."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong at the key `path`; the parts are those of `InterplayError`, whose place is not known yet."""

    path: KeyPath
    expected: str
    found: str
    remedy: str
    kind: type[InterplayError] = StudyError


def dotted(path: KeyPath) -> str:
    """A key as people write it.

    Example:
        >>> dotted(("limits", 0, "metric"))
        'limits[0].metric'
        >>> dotted(("data", "drop", "loan id"))
        "data.drop.'loan id'"
    """
    words = (f"[{part}]" if isinstance(part, int) else f".{word(part)}" for part in path)
    return "".join(words).removeprefix(".")


def word(part: str) -> str:
    """A key, in quotes when it is more than a word."""
    plain = part.isascii() and part.replace("_", "a").replace("-", "a").isalnum()
    return part if plain else repr(part)


def place(where: str | Positions, path: KeyPath) -> str:
    """Where a key stands: file, line and column when the file is known, else the name of the whole and the key."""
    if isinstance(where, Positions):
        return where.where(path)
    return f"{where}, {dotted(path)}" if path else where


def raise_first(faults: Iterable[Fault], where: str | Positions) -> None:
    """Raise the first fault in the order of the file, and say how many more there are and where.

    Does nothing when there are none.
    """
    ordered = list(faults)
    if isinstance(where, Positions):
        ordered.sort(key=lambda fault: where.place(fault.path))
    if ordered:
        first = ordered[0]
        remedy = first.remedy + _others(ordered[1:], where)
        raise first.kind(first.expected, first.found, place(where, first.path), remedy)


def _others(faults: list[Fault], where: str | Positions) -> str:
    if not faults:
        return ""
    if isinstance(where, Positions):
        each = [str(where.place(fault.path)[0]) for fault in faults]
        label = "line" if len(set(each)) == 1 else "lines"
    else:
        each = [dotted(fault.path) or "the top level" for fault in faults]
        label = "at"
    names = list(dict.fromkeys(each))
    listed = ", ".join(names[:LISTED]) + (", ..." if len(names) > LISTED else "")
    count = f"{len(faults)} more error" + ("s" if len(faults) > 1 else "")
    return f" (then {count}: {label} {listed})"
