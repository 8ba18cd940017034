"""Where every key of a TOML text stands, so that an error can name its line and column."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

KeyPath = tuple[str | int, ...]
"""The way from the top of a study to a key or a list item: `("limits", 0, "metric")`."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")


@dataclass(frozen=True)
class Positions:
    """The line and column (both from 1) of every key and list item of one file."""

    file: str
    places: Mapping[KeyPath, tuple[int, int]]

    def place(self, path: KeyPath) -> tuple[int, int]:
        """The line and column of a key, or of the nearest table around it that is written in the file.

        Example:
            >>> positions("seed = 1", "study.toml").place(("seed", "deeper"))
            (1, 1)
        """
        known = (path[:end] for end in range(len(path), 0, -1) if path[:end] in self.places)
        return self.places[next(known)] if path[:1] in self.places else (1, 1)

    def where(self, path: KeyPath) -> str:
        r"""File, line and column of a key, as an error shows them.

        Example:
            >>> positions("[model]\nsteps = 4", "study.toml").where(("model", "steps"))
            'study.toml:2:1'
        """
        line, column = self.place(path)
        return f"{self.file}:{line}:{column}"


def positions(text: str, file: str) -> Positions:
    r"""The position of every key and list item in a TOML text, which must be valid.

    Dotted and quoted keys, inline tables, arrays of tables and texts of several lines are understood. A table header
    counts as the position of its table; the first mention counts where there are several.

    Example:
        >>> found = positions('[[limits]]\nmetric = "accuracy"\n[[limits]]\n"at_least" = 0.8', "study.toml")
        >>> found.places[("limits", 1, "at_least")]
        (4, 1)
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.document()
    starts = [0, *(end.end() for end in re.finditer("\n", scanner.text))]
    places = {}
    for path, offset in scanner.offsets.items():
        line = bisect_right(starts, offset)
        places[path] = (line, offset - starts[line - 1] + 1)
    return Positions(file, places)


@dataclass
class _Scanner:
    """A cursor over a text that a TOML parser has already accepted."""

    text: str
    at: int = 0
    offsets: dict[KeyPath, int] = field(default_factory=dict)
    tables: dict[KeyPath, int] = field(default_factory=dict)

    def document(self) -> None:
        """Read the whole text."""
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._next("["):
                many = self._next("[")
                table = self._header(self._key(), many)
                self.at += 2 if many else 1
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self, parts: list[tuple[str, int]], many: bool) -> KeyPath:
        path: KeyPath = ()
        for depth, (name, offset) in enumerate(parts, start=1):
            path = (*path, name)
            self.offsets.setdefault(path, offset)
            if many and depth == len(parts):
                self.tables[path] = self.tables.get(path, 0) + 1
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
                self.offsets.setdefault(path, offset)
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for name, offset in self._key():
            path = (*path, name)
            self.offsets.setdefault(path, offset)
        self._next("=")
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[tuple[str, int]]:
        parts: list[tuple[str, int]] = []
        while True:
            self._skip(_BLANK)
            start = self.at
            quoted = self.text[start] in "\"'"
            self._skip(_QUOTED if quoted else _BARE)
            raw = self.text[start : self.at]
            parts.append((tomllib.loads(f"key = {raw}")["key"] if quoted else raw, start))
            self._skip(_BLANK)
            if not self._next("."):
                return parts

    def _value(self, path: KeyPath) -> None:
        if self._next("["):
            self._items(path)
        elif self._next("{"):
            self._pairs(path)
        else:
            self._skip(_QUOTED if self.text[self.at] in "\"'" else _SCALAR)

    def _items(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        index = 0
        while not self._next("]"):
            self.offsets.setdefault((*path, index), self.at)
            self._value((*path, index))
            self._separator()
            index += 1

    def _pairs(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        while not self._next("}"):
            self._pair(path)
            self._separator()

    def _separator(self) -> None:
        self._skip(_BLANK)
        self._next(",")
        self._skip(_BLANK)

    def _next(self, mark: str) -> bool:
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) * found
        return found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"this is not TOML at offset {self.at}")
        self.at = found.end()
