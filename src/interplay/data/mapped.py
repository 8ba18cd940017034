"""Encoded rows in a file: gathered batch by batch, so that a table can be larger than the memory."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.errors import DataError


@dataclass(frozen=True)
class MappedRows:
    """Rows of float32 columns in a file, without a header: `rows` x `columns` numbers, row after row.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     rows = store(Path(folder) / "rows", [np.eye(3), np.ones((1, 3))])
        ...     rows.rows, rows.gather(np.array([3, 0])).tolist()
        (4, [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    """

    path: Path
    rows: int
    columns: int

    def gather(self, places: Int[Array, "*some"]) -> Float[Array, "*some column"]:
        """The rows at some places, read from the file."""
        return np.asarray(self.all()[places])

    def all(self) -> Float[Array, "row column"]:
        """All rows as a memory-mapped array: nothing is read before it is used.

        Raises `DataError` where the file is gone or has another size.
        """
        expected = self.rows * self.columns * 4
        found = self.path.stat().st_size if self.path.exists() else -1
        if found != expected:
            size = "no file" if found < 0 else f"{found:,} bytes"
            raise DataError(f"{expected:,} bytes of encoded rows", size, str(self.path), "encode the table again")
        return _opened(self.path, self.rows, self.columns)


@functools.lru_cache(maxsize=8)
def _opened(path: Path, rows: int, columns: int) -> Float[Array, "row column"]:
    return np.memmap(path, dtype=np.float32, mode="r", shape=(rows, columns))


def store(path: Path, blocks: Iterable[Float[Array, "some column"]]) -> MappedRows:
    """Write blocks of rows one after the other; only one is in memory at a time."""
    rows = columns = 0
    with path.open("wb") as file:
        for block in blocks:
            file.write(np.ascontiguousarray(block, dtype=np.float32).tobytes())
            rows, columns = rows + len(block), block.shape[1]
    return MappedRows(path, rows, columns)
