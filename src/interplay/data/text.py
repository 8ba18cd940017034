"""Opening text files, packed or not, and telling their encoding without guessing."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from pathlib import Path
from typing import IO, cast

from interplay.errors import DataError

PACKED = (".gz", ".bz2", ".xz", ".zip")
"""Last suffixes of packed files."""

_BLOCK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _bytes(path: Path) -> io.BufferedIOBase:
    match path.suffix.lower():
        case ".gz":
            return gzip.open(path, "rb")
        case ".bz2":
            return bz2.open(path, "rb")
        case ".xz":
            return lzma.open(path, "rb")
        case ".zip":
            return _first_of_zip(path)
    return path.open("rb")


def _first_of_zip(path: Path) -> io.BufferedIOBase:
    archive = zipfile.ZipFile(path)
    inside = archive.namelist()
    if len(inside) != 1:
        found = f"{len(inside)} files"
        raise DataError("one file in the archive", found, str(path), "pack the table alone")
    return cast(io.BufferedIOBase, archive.open(inside[0]))


def opened(path: Path, encoding: str) -> io.TextIOWrapper:
    """The text of a file, unpacked on the way."""
    return io.TextIOWrapper(cast(IO[bytes], _bytes(path)), encoding=encoding, newline="")


def encoding_of(path: Path) -> str:
    """The encoding of a file by its first bytes: UTF-8 with or without a byte order mark, or UTF-16 with one.

    Latin-1 and its many relatives cannot be told apart, and a wrong guess would split or rename groups of people, so
    anything else is refused: here where the first bytes show it, else by `refuse_undecodable` when reading fails.

    Raises DataError where the file starts like neither.
    """
    with _bytes(path) as file:
        start = file.read(4)
    if start.startswith(_UTF16):
        return "utf-16"
    if b"\x00" in start:
        remedy = "save the file as UTF-8, or with a byte order mark"
        raise DataError("UTF-8 text", "bytes of UTF-16 or of no text", str(path), remedy)
    return "utf-8-sig"


def refuse_undecodable(path: Path, encoding: str) -> None:
    """Look for the first byte that is not text in this encoding.

    Raises DataError with its line.
    """
    remedy = f"convert it: iconv -f ISO-8859-1 -t UTF-8 {path.name}, if it is Latin-1"
    remedy = "save the file as UTF-8" if encoding == "utf-16" else remedy
    decoder, line = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))(), 1
    with _bytes(path) as file:
        while block := file.read(_BLOCK):
            line = _decoded(decoder, block, line, path, remedy)
        _decoded(decoder, b"", line, path, remedy, final=True)


def _decoded(
    decoder: codecs.IncrementalDecoder, block: bytes, line: int, path: Path, remedy: str, final: bool = False
) -> int:
    """Decode one block; gives the line reached."""
    try:
        return line + decoder.decode(block, final).count("\n")
    except UnicodeDecodeError as problem:
        seen = problem.object[: problem.start]
        bad = problem.object[problem.start : problem.start + 1]
        name = problem.encoding.upper()
        where = f"{path}:{line + seen.count(10)}"
        raise DataError(f"{name} text", f"the byte 0x{bad.hex()}", where, remedy) from None
