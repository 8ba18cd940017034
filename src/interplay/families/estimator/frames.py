"""What an estimator reads: the encoded matrix as it is, or rows of the table, of which only what was moved is decoded."""

import abc
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.encoder import Encoded
from interplay.data.features import Feature, LevelFeature, NumericFeature
from interplay.data.table import Column, Table

NEAR = 1e-5
"""Numbers that differ by less than this share of their size are the same after a passage through 32 bits."""

Places = Int[Array, " row"]
"""Which row of the table each row of a matrix was before anything was moved; -1 where it was none."""


class Frames(abc.ABC):
    """From encoded rows to what an estimator is fitted on and asked about."""

    encoded: Encoded

    @abc.abstractmethod
    def fitting(self, rows: Int[Array, " some"]) -> Any:
        """Rows of the table."""

    def copied(self, rows: Int[Array, " some"], moved: Float[Array, "copy some movable"]) -> Any:
        """Rows of the table, all of them once for every copy, with their movable columns at these values."""
        places = np.tile(rows, len(moved))
        matrix = np.array(self.encoded.matrix[places], dtype=np.float32)
        matrix[:, list(self.encoded.movable_columns)] = moved.reshape(len(places), -1)
        return self.asked(matrix, places)

    @abc.abstractmethod
    def asked(self, matrix: Float[Array, "row column"], places: Places | None = None) -> Any:
        """Encoded rows; `places` where they are known, which are looked for where they are not."""

    @property
    @abc.abstractmethod
    def columns(self) -> Sequence[str]:
        """The names of what the estimator sees."""

    @property
    @abc.abstractmethod
    def rows(self) -> int:
        """How many rows the table has."""

    def places(self, matrix: Float[Array, "row column"]) -> Places:
        """Which rows of the table these are."""
        return np.full(len(matrix), -1, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class EncodedFrames(Frames):
    """The encoded columns, as numbers without missing values."""

    encoded: Encoded

    def fitting(self, rows: Int[Array, " some"]) -> Float[Array, "some column"]:
        return np.asarray(self.encoded.matrix[rows], dtype=np.float32)

    def asked(self, matrix: Float[Array, "row column"], places: Places | None = None) -> Float[Array, "row column"]:
        del places
        return np.asarray(matrix, dtype=np.float32)

    @property
    def columns(self) -> Sequence[str]:
        return self.encoded.columns

    @property
    def rows(self) -> int:
        return len(self.encoded.matrix)


@dataclass(frozen=True, eq=False)
class TableFrames(Frames):
    """The features of the table under their own names: a row of the table is given as it was read.

    Of a row that something moved, only the features that moved are decoded: scale and logarithm are undone, a category is the one
    whose column is largest, and a missing value is missing again. Rows that are none of the table (perturbed ones) are
    decoded whole. Rarer categories that share a column keep the value that the row has in the table, and are missing
    where it was none.
    """

    table: Table
    features: tuple[str, ...]
    encoded: Encoded

    @property
    def columns(self) -> Sequence[str]:
        return self.features

    @property
    def rows(self) -> int:
        return self.table.rows

    def fitting(self, rows: Int[Array, " some"]) -> pd.DataFrame:
        return self._frame.iloc[rows].reset_index(drop=True)

    def asked(self, matrix: Float[Array, "row column"], places: Places | None = None) -> pd.DataFrame:
        matrix = np.asarray(matrix, dtype=np.float32)
        at = self.places(matrix) if places is None else places
        known, parts = at >= 0, zip(self.encoded.parts, self.encoded.features, strict=True)
        before = np.where(known[:, None], self.encoded.matrix[np.maximum(at, 0)], np.nan)
        frame: dict[str, Any] = {}
        for part, placed in parts:
            own = self._frame[part.name].to_numpy()[np.maximum(at, 0)]
            block = matrix[:, placed.columns]
            moved = (block != before[:, placed.columns]).any(axis=1)
            frame[part.name] = self._decoded(part, block, own, known, moved)
        return pd.DataFrame(frame).astype(self._frame.dtypes.to_dict())

    def places(self, matrix: Float[Array, "row column"]) -> Places:
        order, rows = self._sorted
        asked = _as_keys(matrix)
        at = np.clip(np.searchsorted(rows, asked), 0, len(rows) - 1)
        return np.where(rows[at] == asked, order[at], -1)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return pd.DataFrame({name: cells(self.table.column(name)) for name in self.features})

    @cached_property
    def _sorted(self) -> tuple[Int[Array, " row"], Array]:
        """The rows of the matrix in the order of their bytes, the first of equal ones first, and these bytes."""
        keys = _as_keys(self.encoded.matrix)
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    def _decoded(
        self,
        part: Feature,
        block: Float[Array, "row encoded"],
        own: Array,
        known: Bool[Array, " row"],
        moved: Bool[Array, " row"],
    ) -> Array:
        """The cells of one feature: the row's own where nothing moved."""
        found = own.copy()
        if not moved.any():
            return found
        if isinstance(part, NumericFeature):
            found[moved] = self._numbers(part, block[moved])
            return found
        found = found.astype(object)
        names = np.asarray([*level_values(part), None], dtype=object)
        codes = _levels(part, block[moved])
        shared = (codes == len(part.levels)) & part.others
        given = names[np.where(codes < len(part.levels), codes, len(part.levels))]
        own_moved = np.where(known[moved], own[moved], np.array(None, dtype=object))
        found[moved] = np.where(shared, own_moved, given)
        return found

    def _numbers(self, part: NumericFeature, block: Float[Array, "some encoded"]) -> Float[Array, " some"]:
        raw = block[:, 0].astype(np.float64) * part.deviation + part.mean
        values = np.expm1(raw) if part.logarithmic else raw
        usual = np.unique(self.table.column(part.name).known)
        if len(usual):
            at = (
                np.clip(np.searchsorted(usual, values), 1, len(usual) - 1)
                if len(usual) > 1
                else np.zeros(len(values), int)
            )
            nearest = np.where(abs(usual[at - 1] - values) < abs(usual[at] - values), usual[at - 1], usual[at])
            same = np.abs(nearest - values) <= NEAR * np.maximum(np.abs(values), part.deviation)
            values = np.where(same, nearest, np.round(values) if part.whole else values)
        missing = block[:, 1] > 0.5 if part.indicator else np.zeros(len(block), dtype=bool)
        return np.where(missing, np.nan, values)


def cells(column: Column) -> Array:
    """The cells of a column as libraries read them: numbers with NaN where missing, 0 and 1 among them; truth values; or texts
    with None where missing.
    """
    if column.kind == "numeric":
        return np.asarray(column.values, dtype=np.float64)
    plain = _plain(column.categories)
    cells = np.asarray(np.asarray([*plain, None], dtype=object)[column.values], dtype=object)
    if all(isinstance(value, bool) for value in plain):
        return cells if column.missing.any() else cells.astype(bool)
    return cells.astype(np.float64) if all(isinstance(value, int) for value in plain) else cells


def level_values(part: LevelFeature) -> tuple[Any, ...]:
    """The values that the categories of a feature stand for."""
    return _plain(part.levels) if part.kind == "boolean" else part.levels


def _plain(names: Sequence[str]) -> tuple[Any, ...]:
    """Truth values and 0 and 1 as themselves, other categories as texts."""
    plain = {"0": 0, "1": 1, "false": False, "true": True}
    same = [name.lower() for name in names]
    return tuple(plain[name] for name in same) if set(same) in ({"0", "1"}, {"false", "true"}) else tuple(names)


def _levels(part: LevelFeature, block: Float[Array, "some encoded"]) -> Int[Array, " some"]:
    """The place of the category of every row; past the last where it has none."""
    if part.single:
        return np.asarray(block[:, 0] > 0.5, dtype=np.int64)
    none = block.max(axis=1) <= 0
    return np.where(none, len(part.levels) + 1, block.argmax(axis=1))


def _as_keys(matrix: Float[Array, "row column"]) -> Array:
    """Every row as one value of its bytes."""
    rows = np.ascontiguousarray(np.asarray(matrix, dtype=np.float32)) + np.float32(0)  # no negative zeros
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
