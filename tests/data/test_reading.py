"""Readers against pandas, and every kind of file that must be refused."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from interplay.data.csv_file import read_csv
from interplay.data.reading import read
from interplay.data.table import Column, Table
from interplay.errors import DataError

FRAME = pd.DataFrame(
    {
        "age": [31, 54, 27, 40],
        "income": [1.5, None, 3.25, -2.0],
        "owner": [0, 1, 1, 0],
        "member": [True, False, True, False],
        "region": ["north", None, "école", "south"],
    }
)


def same(one: Table, other: Table) -> None:
    assert list(one.columns) == list(other.columns)
    for left, right in zip(one.columns.values(), other.columns.values(), strict=True):
        assert (left.kind, len(left.categories)) == (right.kind, len(right.categories))
        assert np.array_equal(left.values, right.values, equal_nan=left.kind == "numeric")


def texts_of(column: Column) -> list[str | None]:
    return [None if code < 0 else column.categories[code] for code in column.values]


def write(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path | Any) -> DataError:
    with pytest.raises(DataError) as caught:
        read(path)
    error = caught.value
    assert all((error.expected, error.found, error.where, error.remedy))
    return error


def test_kinds_and_values_of_a_pandas_frame() -> None:
    table = read(FRAME)
    kinds = {name: column.kind for name, column in table.columns.items()}
    assert kinds == {
        "age": "numeric",
        "income": "numeric",
        "owner": "boolean",
        "member": "boolean",
        "region": "categorical",
    }
    assert np.array_equal(table.columns["income"].values, FRAME["income"].to_numpy(), equal_nan=True)
    assert texts_of(table.columns["region"]) == ["north", None, "école", "south"]


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda frame: pl.from_pandas(frame).lazy()])
def test_every_frame_gives_the_same_table(convert: Callable[[pd.DataFrame], Any]) -> None:
    same(read(convert(FRAME)), read(FRAME))


def test_csv_and_parquet_give_the_same_table_as_the_frame(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "a.csv", index=False)
    FRAME.to_parquet(tmp_path / "a.parquet")
    same(read(tmp_path / "a.csv"), read(FRAME))
    same(read(str(tmp_path / "a.parquet")), read(FRAME))


def test_numbers_are_read_as_pandas_reads_them(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.lognormal(sigma=9, size=(200, 3)), columns=["a", "b", "c"])
    path = tmp_path / "n.csv"
    frame.to_csv(path, index=False)
    expected = pd.read_csv(path)
    for name, column in read(path).columns.items():
        assert np.array_equal(column.values, expected[name].to_numpy())


@pytest.mark.parametrize(
    ("suffix", "packed"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), ("", bytes)]
)
def test_packed_files(tmp_path: Path, suffix: str, packed: Callable[[bytes], bytes]) -> None:
    path = write(tmp_path, packed(b"a,b\n1,x\n2,y\n"), f"data.csv{suffix}")
    assert read(path).columns["a"].values.tolist() == [1, 2]


def test_a_zip_with_one_file_is_read_and_one_with_two_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.csv", "a\n5\n6\n")
    assert read(path).columns["a"].values.tolist() == [5, 6]
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.csv", "a\n5\n6\n")
    assert refused(path).found == "2 files"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "région,n\nÎle,2\n日本,3\n".encode(encoding))
    if encoding in ("utf-16-le", "utf-16-be"):
        assert "UTF-16" in refused(path).found
        return
    table = read(path)
    assert list(table.columns) == ["région", "n"]
    assert texts_of(table.columns["région"]) == ["Île", "日本"]


@pytest.mark.parametrize("rows", [3, 300_000])
def test_latin_1_is_refused_with_the_line(tmp_path: Path, rows: int) -> None:
    content = b"name,n\n" + b"abc,1\n" * rows + "Müller,2\n".encode("latin-1") + b"abc,1\n"
    error = refused(write(tmp_path, content))
    assert error.found == "the byte 0xfc"
    assert error.where.endswith(f"data.csv:{rows + 2}")
    assert "iconv" in error.remedy


def test_a_file_that_ends_within_a_character_is_refused(tmp_path: Path) -> None:
    assert refused(write(tmp_path, "n\n1\n2\né".encode()[:-1])).where.endswith(":4")


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "null", "NULL", "NaN", "  "])
def test_missing_cells(tmp_path: Path, cell: str) -> None:
    table = read(write(tmp_path, f"n,t,k\n1.5,x,1\n{cell},{cell},2\n2.5,y,3\n"))
    assert table.columns["n"].kind == "numeric"
    assert table.columns["n"].missing.tolist() == [False, True, False]
    assert texts_of(table.columns["t"]) == ["x", None, "y"]


def test_none_and_question_marks_are_answers(tmp_path: Path) -> None:
    table = read(write(tmp_path, "insurance\nNone\n?\nfull\n"))
    assert texts_of(table.columns["insurance"]) == ["None", "?", "full"]


def test_truth_values_with_gaps(tmp_path: Path) -> None:
    column = read(write(tmp_path, "m,k\nTrue,1\n,2\nfalse,3\n")).columns["m"]
    assert (column.kind, column.values.tolist()) == ("boolean", [1, -1, 0])


@pytest.mark.parametrize(("separator", "name"), [(",", "d.csv"), (";", "d.csv"), ("\t", "d.tsv"), ("|", "d.txt")])
def test_separators(tmp_path: Path, separator: str, name: str) -> None:
    path = write(tmp_path, f'"a;x,y"{separator}b\n1{separator}2\n3{separator}4\n', name)
    table = read(path)
    assert list(table.columns) == ["a;x,y", "b"]
    assert table.columns["b"].values.tolist() == [2, 4]


HOSTILE = ["<script>alert(1)</script>", 'say "yes"', "a,b", "line\nbreak", "Ünï côde", "x=y", "0", "__class__", " a "]


def test_hostile_column_names_survive(tmp_path: Path) -> None:
    frame = pd.DataFrame([range(2, 2 + len(HOSTILE)), range(3, 3 + len(HOSTILE))], columns=HOSTILE)
    frame.to_csv(tmp_path / "h.csv", index=False)
    frame.to_parquet(tmp_path / "h.parquet")
    for source in (frame, pl.from_pandas(frame), tmp_path / "h.parquet"):
        assert list(read(source).columns) == HOSTILE
    # Space after a separator is not part of a CSV cell.
    assert list(read(tmp_path / "h.csv").columns) == [*HOSTILE[:-1], "a "]


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    assert list(read(write(tmp_path, ",a,\n0,5,7\n1,6,8\n")).columns) == ["unnamed 1", "a", "unnamed 3"]


def test_blank_lines_are_skipped_but_not_in_a_single_column(tmp_path: Path) -> None:
    assert read(write(tmp_path, "\na,b\n1,2\n\n3,4\n")).rows == 2
    assert read(write(tmp_path, "a\n1\n\n3\n")).columns["a"].missing.tolist() == [False, True, False]


def test_a_file_without_a_header(tmp_path: Path) -> None:
    table = read_csv(write(tmp_path, "5,x\n6,y\n"), names=("n", "t"))
    assert table.columns["n"].values.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "a header and rows"),
        ("a,b\n", "at least one row"),
        ("a,a\n1,2\n", "column names that differ"),
        ("a,b\n1,2\n3,4,5\n", "as many cells in each row as in the header"),
        ("a,b\n1,2,3\n4,5,6\n", "as many cells in each row as in the header"),
        ('a,b\n1,"2\n3,4', "as many cells in each row as in the header"),
    ],
)
def test_broken_csv_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    error = refused(write(tmp_path, content))
    assert error.expected == expected
    assert "data.csv" in error.where


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pa.table([[1], [2]], names=["a", "a"]),
        pd.DataFrame({"a": []}),
        pd.DataFrame(),
        pl.DataFrame({"a": [[1, 2], [3]]}),
        [1, 2, 3],
        None,
    ],
)
def test_frames_that_cannot_be(frame: Any) -> None:
    refused(frame)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "a\n1\n", "applications.csv")
    assert refused(tmp_path / "aplications.csv").remedy == "use 'applications.csv', if that is meant"
    assert refused(tmp_path / "no folder" / "a.csv").remedy == "there is nothing to choose from"


@pytest.mark.parametrize("name", ["model.pkl", "table.xlsx", "noending", "data.gz"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    assert refused(write(tmp_path, b"abc", name)).expected == "a table file"


def test_a_folder_and_damaged_files_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).found == "a folder"
    assert "data.csv.gz" in refused(write(tmp_path, b"not packed", "data.csv.gz")).where
    assert "cut.csv.gz" in refused(write(tmp_path, gzip.compress(b"a\n1\n" * 999)[:-12], "cut.csv.gz")).where
    refused(write(tmp_path, b"not parquet", "data.parquet"))
    refused(write(tmp_path, b"PK\x03\x04\x00\x00binary\xff", "sheet.csv"))


def test_missing_values_and_types_of_pandas_extensions() -> None:
    frame = pd.DataFrame(
        {
            "count": pd.array([1, None, 3], dtype="Int64"),
            "member": pd.array([True, None, False], dtype="boolean"),
            "code": pd.Categorical([1, 2, None]),
            "date": pd.Series(["2020-01-01", None, "2021-01-01"], dtype="datetime64[us]"),
            "mixed": [1, "x", None],
            "objects": pd.Series([1, 2.5, None], dtype=object),
            "nothing": pd.Series([None] * 3, dtype=object),
        }
    )
    table = read(frame)
    kinds = ["numeric", "boolean", "categorical", "numeric", "categorical", "numeric", "numeric"]
    assert table.dates == {"date"}
    assert [column.kind for column in table.columns.values()] == kinds
    assert table.columns["code"].categories == ("1", "2")
    assert texts_of(table.columns["mixed"]) == ["1", "x", None]
    assert table.columns["nothing"].missing.all()


def test_infinities_are_read_and_left_to_the_loader(tmp_path: Path) -> None:
    column = read(write(tmp_path, "n,k\n1,1\ninf,2\n-inf,3\n")).columns["n"]
    assert np.isinf(column.values).tolist() == [False, True, True]


def test_without_pyarrow_a_parquet_file_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(path: Path) -> pd.DataFrame:
        raise ImportError

    monkeypatch.setattr(pd, "read_parquet", absent)
    assert "pip install" in refused(write(tmp_path, b"PAR1", "a.parquet")).remedy
