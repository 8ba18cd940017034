"""A register goes through spreadsheets and back: nothing that people wrote is lost, and no cell is a formula."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.auditing.register_file import FILE, MACHINE, PERSON, Kept, written
from interplay.auditing.register_reading import read
from interplay.errors import RunError
from interplay.report.names import defused

ROW = {"id": "R-0123456789ab", "status": "found", "score": "20", "metric": "accuracy", "estimate": "-0.25"}
SAID = {
    "owner": "Ada Öst; Lovelace",
    "risk_treatment": "mitigate",
    "risk_treatment_text": 'a "larger" bound,\nand more rows',
    "due": "2026-09-30",
    "residual": "minor",
    "note": "-1 on Monday",
}


def _read(tmp_path: Path, content: bytes) -> Kept:
    (tmp_path / FILE).write_bytes(content)
    return read(tmp_path / FILE)


def _rows(content: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_no_file_is_an_empty_register(tmp_path: Path) -> None:
    assert read(tmp_path / FILE) == Kept()
    assert _read(tmp_path, b"").person == {}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    kept = _read(tmp_path, written([{**ROW, **SAID}], Kept()))
    assert kept.person == {ROW["id"]: SAID}
    assert kept.machine[ROW["id"]] == dict.fromkeys(MACHINE, "") | ROW
    assert kept.filled(ROW["id"])
    assert written([{**ROW, **SAID}], kept) == kept.content


def _saved(rows: list[dict[str, str]], delimiter: str, line_end: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow([*MACHINE, *PERSON])
    writer.writerows([[row.get(name, "") for name in (*MACHINE, *PERSON)] for row in rows])
    return lines.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_spreadsheet_may_have_saved_it(
    tmp_path: Path, delimiter: str, line_end: str, quoting: int, encoding: str
) -> None:
    text = _saved([{**ROW, **SAID}], delimiter, line_end, quoting)
    kept = _read(tmp_path, text.encode(encoding))
    assert kept.person == {ROW["id"]: SAID}
    assert (kept.delimiter, kept.marked) == (delimiter, encoding != "utf-8")
    again = written([{**ROW, **SAID}], kept)
    assert again.startswith(b"\xef\xbb\xbf") == kept.marked
    assert _rows(again, delimiter)[0]["owner"] == SAID["owner"]


def test_the_line_that_names_the_delimiter_is_understood(tmp_path: Path) -> None:
    kept = _read(tmp_path, ("sep=;\r\n" + _saved([{**ROW, **SAID}], ";", "\r\n")).encode())
    assert kept.person == {ROW["id"]: SAID}


def test_columns_may_be_moved_and_added_and_rows_left_empty(tmp_path: Path) -> None:
    kept = _read(tmp_path, b"Owner,ticket, ID ,note\n Ada ,T-7,R-1,\n,,,\n\nBob,,R-2\n")
    assert kept.added == ("ticket",)
    assert kept.person["R-1"] == {"owner": " Ada ", "ticket": "T-7", "note": "", "risk_treatment": ""}
    assert kept.person["R-2"]["owner"] == "Bob"
    assert _rows(written([{"id": "R-1", **kept.person["R-1"]}], kept))[0]["ticket"] == "T-7"


def test_the_decision_may_be_written_in_capitals(tmp_path: Path) -> None:
    assert _read(tmp_path, b"id,risk_treatment\nR-1, Accept \n").person["R-1"]["risk_treatment"] == "accept"


LONG = f"id,note\nR-1,{'x' * 200_000}\n".encode()


@pytest.mark.parametrize(
    ("content", "where", "expected", "found"),
    [
        (b"name,owner\nR-1,Ada\n", "line 1, column 1", "a header with the column 'id'", "'name,owner'"),
        (b"id,owner,OWNER\n", "line 1, column 3 (owner)", "every column once", "'owner' again"),
        (b"id,owner\nR-1,Ada\nR-1,Bob\n", "line 3, column 1 (id)", "one id for each risk", "'R-1' again, as in line 2"),
        (b"owner,id\nAda,\n", "line 2, column 2 (id)", "one id for each risk", "none"),
        (b"id,owner\nR-1,Ada,lost\n", "line 2, column 3", "cells below named columns only", "'lost'"),
        (b'id,note\nR-0,"a\nb"\nR-1,"An"n\n', "line 4, column 2", "whole cells in quotes", "',' expected"),
        (b'id,note,due\nR-1,x,y\nR-2,z,"open\nR-3,a,b\n', "line 3, column 3", "whole cells in quotes", "end of data"),
        (b"id,owner\nR-1,A\xe4\n", "line 2, column 6", "text in UTF-8", "the byte 0xe4"),
        (
            b"id,risk_treatment\nR-1,ignore\n",
            "line 2, column 2 (risk_treatment)",
            "accept, mitigate, avoid",
            "'ignore'",
        ),
        (b"sep=;\nid;risk_treatment\nR-1;ignore\n", "line 3, column 2", "accept, mitigate, avoid", "'ignore'"),
        (LONG, "line 2, column 2", "whole cells in quotes", "field limit"),
    ],
)
def test_a_malformed_file_is_named_by_line_and_column_and_stays_as_it_is(
    tmp_path: Path, content: bytes, where: str, expected: str, found: str
) -> None:
    with pytest.raises(RunError) as raised:
        _read(tmp_path, content)
    error = raised.value
    assert error.where.startswith(f"{tmp_path / FILE}, {where}")
    assert error.expected.startswith(expected)
    assert found in error.found
    assert error.remedy
    assert (tmp_path / FILE).read_bytes() == content


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", " =", "\n@"])
def test_machine_cells_are_never_formulas(tmp_path: Path, start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    kept = _read(tmp_path, written([{**ROW, "contrast": text, "metric": text, **SAID}], Kept()))
    cells = kept.machine[ROW["id"]]
    assert cells["contrast"] == cells["metric"] == f"'{text}"
    assert (cells["estimate"], kept.person[ROW["id"]]["note"]) == ("-0.25", "-1 on Monday")


@given(st.text())
def test_defusing_is_done_once_and_spares_numbers(text: str) -> None:
    once = defused(text)
    assert defused(once) == once
    assert once in (text, f"'{text}")
    assert defused("-0.25e-3") == "-0.25e-3"
    assert defused("-1+1") == "'-1+1"


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(PERSON), WORDS), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_any_text_survives(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, str], delimiter: str, marked: bool
) -> None:
    said["risk_treatment"] = ""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(written([{**ROW, **said}], Kept(delimiter=delimiter, marked=marked)))
    kept = read(path)
    assert kept.person == {ROW["id"]: dict.fromkeys(PERSON, "") | said}
    assert kept.delimiter == delimiter
