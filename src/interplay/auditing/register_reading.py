"""Reading a register back, as any spreadsheet may have saved it: whole, or not at all with the place of the fault."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interplay.auditing.register_file import FILE, MACHINE, PERSON, RISK_TREATMENTS, Kept
from interplay.errors import RunError

_UNCHANGED = "; nothing of the file is changed until it can be read"


def read(path: Path) -> Kept:
    """Read a register back, as any spreadsheet may have saved it.

    Commas, semicolons or tabs; UTF-8 with or without a byte order mark, or UTF-16 with one; any line ends; columns in
    any order, and columns of one's own. Raises RunError, which names line and column, for what cannot be read without
    losing something: the file stays as it is.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        raise RunError(
            f"to read {FILE}", error.strerror or str(error), str(path), "close it, or make it readable"
        ) from error
    text = _decoded(content, path)
    return _parsed(text, content, path) if text.strip() else Kept(content=content)


def _decoded(content: bytes, path: Path) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise _fault(
            "text in UTF-8", f"the byte {content[error.start]:#04x}", path, line, f"{column}", _SAVE
        ) from error


_SAVE = f'save it as "CSV UTF-8"{_UNCHANGED}'


def _parsed(text: str, content: bytes, path: Path) -> Kept:
    lines = io.StringIO(text, newline="").readlines()
    told = re.fullmatch(r"\s*sep=([,;|\t])\s*", lines[0], re.IGNORECASE)
    sheet = _Sheet(path, lines[1:] if told else lines, told[1] if told else _delimiter(lines[0]), 1 if told else 0)
    records = sheet.records()
    header = _header(sheet, *next(records, (1, [])))
    machine: dict[str, dict[str, str]] = {}
    person: dict[str, dict[str, str]] = {}
    seen: dict[str, int] = {}
    for line, cells in records:
        row = _row(sheet, header, cells, line)
        identity = row["id"].strip()
        if not identity and not any(row.values()):
            continue
        if not identity or identity in seen:
            found = f"{identity!r} again, as in line {seen[identity]}" if identity else "none"
            step = "give the row an id of its own, or take it out"
            raise sheet.fault("one id for each risk", found, line, _place(header, "id"), step)
        seen[identity] = line
        machine[identity] = {name: row.get(name, "") for name in MACHINE}
        person[identity] = {name: value for name, value in row.items() if name not in MACHINE}
        person[identity]["risk_treatment"] = _treatment(sheet, row, header, line)
    added = tuple(name for name in header if name and name not in (*MACHINE, *PERSON))
    marked = content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))
    return Kept(machine, person, added, sheet.delimiter, marked, content)


def _delimiter(first: str) -> str:
    """What stands most often between the cells of the first line."""
    outside = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=outside.count)


@dataclass(frozen=True)
class _Sheet:
    """The lines of a file, of which `skipped` stand above them, and how they are read."""

    path: Path
    lines: Sequence[str]
    delimiter: str
    skipped: int

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The records, each with the line it begins in."""
        reader = csv.reader(self.lines, delimiter=self.delimiter, strict=True)
        begun = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                step = f'correct the quotes, as in "like ""this"""{_UNCHANGED}'
                line, column = self.skipped + begun + 1, self._broken(begun)
                raise self.fault("whole cells in quotes", str(error), line, column, step) from error
            yield self.skipped + begun + 1, cells
            begun = reader.line_num

    def fault(self, expected: str, found: str, line: int, column: str, step: str) -> RunError:
        """What is wrong at a place."""
        return _fault(expected, found, self.path, line, column, step)

    def _broken(self, begun: int) -> str:
        """Which cell of the record that begins after `begun` lines has a quote out of place, counted from 1."""
        record, end = "".join(self.lines[begun:]), re.escape(self.delimiter)
        whole = re.compile(rf'(?:"(?:[^"]|"")*"|[^"{end}\r\n][^{end}\r\n]*)?')
        place, cell = 0, 1
        while True:
            found = whole.match(record, place)
            place = found.end() if found else len(record)
            if record[place : place + 1] != self.delimiter:
                return f"{cell}"
            place, cell = place + 1, cell + 1


def _header(sheet: _Sheet, line: int, cells: Sequence[str]) -> list[str]:
    known = {name.casefold(): name for name in (*MACHINE, *PERSON)}
    names = [known.get(cell.strip().casefold(), cell.strip()) for cell in cells]
    if "id" not in names:
        found = repr(sheet.delimiter.join(cells)[:60])
        step = "write the names of the columns into the first line again, the id first"
        raise sheet.fault("a header with the column 'id'", found, line, "1", step)
    for place, name in enumerate(names):
        if name and name in names[:place]:
            step = "rename one of the two columns"
            raise sheet.fault("every column once", f"{name!r} again", line, f"{place + 1} ({name})", step)
    return names


def _row(sheet: _Sheet, header: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    for place, cell in enumerate(cells):
        if cell.strip() and not (place < len(header) and header[place]):
            step = "give the column a name in the first line, or take the cell out"
            raise sheet.fault("cells below named columns only", repr(cell[:60]), line, f"{place + 1}", step)
    full = [*cells, *[""] * len(header)]
    return {name: cell for name, cell in zip(header, full, strict=False) if name}


def _treatment(sheet: _Sheet, row: Mapping[str, str], header: Sequence[str], line: int) -> str:
    said = row.get("risk_treatment", "").strip()
    if said and said.casefold() not in RISK_TREATMENTS:
        expected = f"{', '.join(RISK_TREATMENTS[:-1])} or {RISK_TREATMENTS[-1]}, or nothing"
        step = "choose one, and write the rest under risk_treatment_text"
        raise sheet.fault(expected, repr(said[:60]), line, _place(header, "risk_treatment"), step)
    return said.casefold()


def _place(header: Sequence[str], name: str) -> str:
    return f"{header.index(name) + 1} ({name})"


def _fault(expected: str, found: str, path: Path, line: int, column: str, step: str) -> RunError:
    return RunError(expected, found, f"{path}, line {line}, column {column}", step)
