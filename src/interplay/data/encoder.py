"""From a table to the matrix a model sees, with everything learned from the fitting rows only."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.features import (
    INFLATED,
    MOST_CATEGORIES,
    Feature,
    LevelFeature,
    NumericFeature,
    fit_feature,
)
from interplay.data.mapped import MappedRows, store
from interplay.data.table import Column, Kind, Table
from interplay.engine import declared_memory
from interplay.errors import DataError

LARGEST_IN_MEMORY = 2_000_000_000
"""Bytes of encoded rows above which they go to a file, from which training gathers them batch by batch; a quarter of
the declared memory where that is less."""
BLOCK_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class Grid:
    """Which encoded columns hold whole numbers, and how they were encoded: (number - mean) / deviation, of log(1 + number)
    where `logarithmic`.
    """

    whole: Bool[Array, " column"]
    mean: Float[Array, " column"]
    deviation: Float[Array, " column"]
    logarithmic: Bool[Array, " column"]


@dataclass(frozen=True, eq=False)
class EncodedFeature:
    """Where a feature of the table lies in the matrix.

    `options` are the encoded alternatives of a categorical or boolean feature (empty for a numeric one); `mutable` says
    whether an attacker may change the feature at all.
    """

    name: str
    kind: Kind
    columns: slice
    options: Float[Array, "option encoded"]
    mutable: bool


@dataclass(frozen=True, eq=False)
class Encoded:
    """An encoded table, whose rows are encoded when they are first asked for.

    `lower` and `upper` are the smallest and largest values of the fitting rows; `movable` marks the columns an attacker
    may move by small steps. `unseen` counts, by feature, the rows whose category the fitting rows never had.
    """

    lay: Callable[[], tuple[Float[Array, "row column"], MappedRows | None]]
    """Encodes the rows, in memory or to a file."""
    columns: tuple[str, ...]
    features: tuple[EncodedFeature, ...]
    lower: Float[Array, " column"]
    upper: Float[Array, " column"]
    movable: Bool[Array, " column"]
    unseen: Mapping[str, int]
    reach: Float[Array, " column"]
    """The largest change that a study declares an attacker can make to a column, in encoded units; 0 where none is."""
    flags: Int[Array, " column"]
    """The place of the column that marks a number as missing; -1 for columns without one."""
    notes: tuple[str, ...] = ()
    """Those of the encoder."""
    grid: Grid | None = None
    """The columns of whole numbers; None where there are none."""
    parts: tuple[Feature, ...] = ()
    """How each of the features is encoded."""

    @property
    def matrix(self) -> Float[Array, "row column"]:
        """The encoded rows."""
        return self._laid[0]

    @property
    def mapped(self) -> MappedRows | None:
        """The file behind `matrix`, when the rows are not held in memory."""
        return self._laid[1]

    @cached_property
    def _laid(self) -> tuple[Float[Array, "row column"], MappedRows | None]:
        return self.lay()

    @property
    def movable_columns(self) -> tuple[int, ...]:
        """The places of the columns an attacker may move."""
        return tuple(np.flatnonzero(self.movable).tolist())

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for every feature with unseen categories."""
        return tuple(
            f"{name}: a category that the fitting rows never had is encoded as all zeros (rows: {rows})"
            for name, rows in self.unseen.items()
        )


@dataclass(frozen=True, eq=False)
class Encoder:
    """How every feature becomes columns; made by `fit`.

    `notes` says which numbers an attack may not move, and why, and which categories share a column. Means, standard
    deviations and categories come from the fitting rows, so they are no part of a differential privacy guarantee.
    """

    parts: tuple[Feature, ...]
    layout: tuple[EncodedFeature, ...]
    columns: tuple[str, ...]
    lower: Float[Array, " column"]
    upper: Float[Array, " column"]
    movable: Bool[Array, " column"]
    reach: Float[Array, " column"]
    notes: tuple[str, ...]

    @property
    def flags(self) -> Int[Array, " column"]:
        """The place of the column that marks a number as missing; -1 for columns without one."""
        found = np.full(len(self.columns), -1, dtype=np.int32)
        for part, placed in zip(self.parts, self.layout, strict=True):
            if isinstance(part, NumericFeature) and part.indicator:
                found[placed.columns.start] = placed.columns.start + 1
        return found

    @property
    def grid(self) -> Grid | None:
        """How columns of whole numbers are encoded; None where there are none."""
        whole = np.zeros(len(self.columns), dtype=bool)
        mean, deviation, logarithmic = np.zeros(len(whole)), np.ones(len(whole)), np.zeros(len(whole), dtype=bool)
        for part, placed in zip(self.parts, self.layout, strict=True):
            if isinstance(part, NumericFeature) and part.whole:
                at = placed.columns.start
                whole[at], mean[at], deviation[at], logarithmic[at] = True, part.mean, part.deviation, part.logarithmic
        return Grid(whole, mean, deviation, logarithmic) if whole.any() else None

    def factors(self, radius: float) -> dict[str, float]:
        """What an attack within `radius` multiplies 1 + value with at most, for movable columns on a logarithmic scale.

        factor = exp(radius * deviation of log(1 + value)), or as the study declares it for the column
        """
        return {
            part.name: float(np.exp((self.reach[column] or radius) * part.deviation))
            for part, placed in zip(self.parts, self.layout, strict=True)
            if isinstance(part, NumericFeature) and part.logarithmic and self.movable[column := placed.columns.start]
        }

    def encode(self, table: Table) -> Encoded:
        """The encoded table.

        Raises DataError where a column is absent, has another kind than when fitting, or holds infinite numbers.
        """
        unseen = {part.name: rows for part in self.parts if (rows := part.unseen(table.column(part.name)))}
        return Encoded(
            lay=partial(self._matrix, table),
            columns=self.columns,
            features=self.layout,
            lower=self.lower,
            upper=self.upper,
            movable=self.movable,
            unseen=unseen,
            reach=self.reach,
            flags=self.flags,
            notes=self.notes,
            grid=self.grid,
            parts=self.parts,
        )

    def _matrix(self, table: Table) -> tuple[Float[Array, "row column"], MappedRows | None]:
        """The matrix in memory, or in a temporary file where it would take too much."""
        raw = self.raw(table)
        if 4 * len(raw) * len(self.columns) <= _largest_in_memory():
            return self.encode_raw(raw), None
        folder = Path(tempfile.mkdtemp(prefix="interplay-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        blocks = (self.encode_raw(raw[start : start + BLOCK_ROWS]) for start in range(0, len(raw), BLOCK_ROWS))
        mapped = store(folder / "encoded", blocks)
        return mapped.all(), mapped

    def raw(self, table: Table) -> Float[Array, "row feature"]:
        """One column per feature: standardised numbers (NaN where missing), and category positions.

        A category position is -1 where the value is missing, and -2 where the fitting rows never had the category.
        """
        return np.stack([part.raw(table.column(part.name)) for part in self.parts], axis=1)

    def encode_raw(self, raw: Float[Array, "row feature"]) -> Float[Array, "row column"]:
        """The matrix for raw feature values; `encode_raw(raw(table))` is the matrix of `encode(table)`."""
        return np.concatenate([part.encode(raw[:, place]) for place, part in enumerate(self.parts)], axis=1)


def fit(
    table: Table,
    features: Sequence[str],
    rows: Int[Array, " fitting"],
    immutable: Collection[str] = (),
    largest_change: Mapping[str, float] | None = None,
    most_categories: int = MOST_CATEGORIES,
) -> Encoder:
    """Learn an encoder from some rows of a table; other rows have no influence.

    A number becomes (value - mean) / standard deviation, of log(1 + value) where it is never negative and its
    skewness is above 3; missing is 0, with one more column that marks it. A category becomes one column per value
    seen; a truth value one column of 0 and 1. Of more than `most_categories` categories the rarer ones share a
    column. `immutable` features cannot be changed by an attacker. `largest_change` says how far an attacker can move
    a number, in the column's own unit; for a column on a logarithmic scale it is the factor by which 1 + value grows
    or shrinks at most.

    Raises DataError where there is no row or feature, a column is absent or infinite, or a largest change is given for
    a column that an attacker cannot move.

    Example:
        >>> from interplay.data.table import numbers, table, texts
        >>> people = table([numbers("age", [20, 40, 60]), texts("region", ["east", "west", "north"])], "example")
        >>> encoder = fit(people, ["age", "region"], np.array([0, 1]))
        >>> encoder.columns
        ('age', 'region=east', 'region=west')
        >>> encoder.encode(people).matrix.tolist()
        [[-1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [3.0, 0.0, 0.0]]
        >>> encoder.encode(people).warnings
        ('region: a category that the fitting rows never had is encoded as all zeros (rows: 1)',)

    Does not show: what is lost; an unseen category and an all-zero row look alike to a model.
    """
    if not len(rows) or not features:
        found = "no fitting row" if features else "no feature"
        raise DataError("rows and features to learn an encoder from", found, table.source, "check the choice")
    parts = tuple(fit_feature(table.column(name), rows, most_categories) for name in features)
    fitted = [part.encode(part.raw(_extremes(table.column(part.name), rows))) for part in parts]
    still = {part.name: _why_still(part) for part in parts if isinstance(part, NumericFeature)}
    movable = [
        place == 0 and part.name not in immutable and still.get(part.name) == ""
        for part in parts
        for place in range(len(part.columns))
    ]
    layout = _layout(parts, immutable)
    return Encoder(
        parts=parts,
        layout=layout,
        columns=_distinct([name for part in parts for name in part.columns]),
        lower=np.concatenate([encoded.min(axis=0) for encoded in fitted]),
        upper=np.concatenate([encoded.max(axis=0) for encoded in fitted]),
        movable=np.asarray(movable),
        reach=_reach(parts, layout, np.asarray(movable), largest_change or {}, table.source),
        notes=(
            *(f"{name}: {why}" for name, why in still.items() if why and name not in immutable),
            *(_shared(part) for part in parts if isinstance(part, LevelFeature) and part.others),
        ),
    )


def _extremes(column: Column, rows: Int[Array, " fitting"]) -> Column:
    """Values of a column that encode to the smallest and largest of every encoded column: a number's are those of its own
    least and greatest, and of a missing one.
    """
    values = column.values[rows]
    if column.kind != "numeric":
        return replace(column, values=np.unique(values))
    known = values[~np.isnan(values)]
    ends = [known.min(), known.max()] if len(known) else []
    return replace(column, values=np.asarray([*ends, *([np.nan] if len(known) < len(values) else [])]))


def _reach(
    parts: Sequence[Feature],
    layout: Sequence[EncodedFeature],
    movable: Bool[Array, " column"],
    declared: Mapping[str, float],
    source: str,
) -> Float[Array, " column"]:
    """The declared largest changes in encoded units."""
    found = np.zeros(len(movable))
    numeric = {part.name: (part, at.columns.start) for part, at in zip(parts, layout, strict=True)}
    for name, amount in declared.items():
        part, column = numeric.get(name, (None, 0))
        if not isinstance(part, NumericFeature) or not movable[column]:
            step = "take it out of largest_change, or let it be a number that an attacker can move"
            raise DataError("a number that an attacker can move", f"{name!r}, which is none", source, step)
        if amount <= (1.0 if part.logarithmic else 0.0):
            kind = (
                "a factor above 1, as the column is on a logarithmic scale" if part.logarithmic else "a change above 0"
            )
            raise DataError(
                kind, f"{amount:g}", f"{source}, largest_change of {name!r}", "write how far it can be moved"
            )
        found[column] = part.encoded_change(amount)
    return found


def _shared(part: LevelFeature) -> str:
    return f"{part.name}: the {len(part.levels)} most frequent categories have a column each, and all others share one"


def _why_still(part: NumericFeature) -> str:
    if part.largest_share <= INFLATED:
        return ""
    return f"an attack may not move it, because {part.largest_share:.0%} of the fitting rows have one value"


def _layout(parts: Sequence[Feature], immutable: Collection[str]) -> tuple[EncodedFeature, ...]:
    found, start = [], 0
    for part in parts:
        columns = slice(start, start + len(part.columns))
        found.append(EncodedFeature(part.name, part.kind, columns, part.options, part.name not in immutable))
        start = columns.stop
    return tuple(found)


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Columns may be called "a=b" already; the later of two equal names gets a number."""
    taken: dict[str, None] = {}
    for name in names:
        other, count = name, 2
        while other in taken:
            other, count = f"{name} ({count})", count + 1
        taken[other] = None
    return tuple(taken)


def _largest_in_memory() -> int:
    declared = declared_memory()
    return LARGEST_IN_MEMORY if declared is None else min(LARGEST_IN_MEMORY, declared // 4)
