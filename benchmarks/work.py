"""The common work of the single-kind rows: 30,162 rows of Adult as 104 one-hot columns, one small perceptron."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import adult


@dataclass(frozen=True)
class Attack:
    """Projected gradient ascent in a box of half-width `radius` around a row, inside [0, 1], from one random start."""

    radius: float = 0.1
    steps: int = 10

    @property
    def step_size(self) -> float:
        """2.5 times the radius over the number of steps, the usual rule."""
        return 2.5 * self.radius / self.steps


@dataclass(frozen=True)
class Recipe:
    """How every model is trained, by the peers and by interplay alike."""

    hidden: tuple[int, ...] = (64, 64)
    learning_rate: float = 1e-3
    batch: int = 256
    max_grad_norm: float = 1.0
    noise_multiplier: float = 1.0
    attack: Attack = field(default_factory=Attack)


@dataclass(frozen=True)
class Raw:
    """The rows before one-hot coding: 14 columns, categories as whole numbers, as lime wants them."""

    rows: NDArray[np.float64]
    labels: NDArray[np.int64]
    columns: tuple[str, ...]
    levels: dict[int, tuple[str, ...]]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]

    @property
    def categorical(self) -> tuple[int, ...]:
        """The places of the categorical columns."""
        return tuple(self.levels)

    @property
    def numeric(self) -> int:
        """The number of numeric columns; they come first."""
        return len(self.lows)

    @property
    def width(self) -> int:
        """The number of columns after one-hot coding."""
        return self.numeric + sum(len(levels) for levels in self.levels.values())

    def groups(self, rows: NDArray[np.float64]) -> dict[str, NDArray[np.int64]]:
        """Sex, race, and both crossed, as whole numbers."""
        places = {name: self.columns.index(name) for name in ("sex", "race")}
        codes = {name: rows[:, place].astype(np.int64) for name, place in places.items()}
        return {**codes, "crossed": codes["race"] * len(self.levels[places["sex"]]) + codes["sex"]}

    def encode(self, rows: NDArray[np.float64]) -> NDArray[np.float32]:
        """One-hot rows: numeric columns scaled to [0, 1] first, then one column per category."""
        encoded = np.zeros((len(rows), self.width), np.float32)
        span = np.where(self.highs > self.lows, self.highs - self.lows, 1.0)
        encoded[:, : self.numeric] = np.clip((rows[:, : self.numeric] - self.lows) / span, 0.0, 1.0)
        start, places = self.numeric, np.arange(len(rows))
        for column, levels in self.levels.items():
            encoded[places, start + rows[:, column].astype(np.intp)] = 1.0
            start += len(levels)
        return encoded


@dataclass(frozen=True)
class Work:
    """What every single-kind row computes on: one-hot inputs, binary labels, groups, and the recipe."""

    source: str
    inputs: NDArray[np.float32]
    labels: NDArray[np.int64]
    groups: dict[str, NDArray[np.int64]]
    movable: NDArray[np.bool_]
    raw: Raw
    recipe: Recipe = field(default_factory=Recipe)
    scored_rows: int = 10_000

    @property
    def rows(self) -> int:
        """The number of training rows."""
        return len(self.inputs)

    @property
    def batches(self) -> float:
        """Batches per model-epoch, the last one counted as the fraction it is."""
        return self.rows / self.recipe.batch


@cache
def load() -> Work:
    """The work, the same in every process and on every call."""
    raw = without_missing()
    inputs = raw.encode(raw.rows)
    source = "Adult" if adult.is_published() else "synthetic, shaped like Adult"
    return Work(source, inputs, raw.labels, raw.groups(raw.rows), np.arange(raw.width) < raw.numeric, raw)


def without_missing() -> Raw:
    """The rows of `adult.data` without a missing answer."""
    frame = adult.table("adult.data")
    return encoder_of([frame[(frame != "?").all(axis=1)]])


def encoder_of(frames: list[pd.DataFrame]) -> Raw:
    """The frames' rows one below the other, with the categories found in all and the range found in the first."""
    frame = pd.concat(frames, ignore_index=True)
    columns, levels = [], {}
    for place, name in enumerate(adult.FEATURES):
        values = frame[name].to_numpy()
        if name not in adult.NUMERIC:
            found, values = np.unique(values.astype(str), return_inverse=True)
            levels[place] = tuple(found)
        columns.append(values.astype(np.float64))
    rows = np.stack(columns, axis=1)
    numeric = rows[: len(frames[0]), : len(adult.NUMERIC)]
    labels = frame[adult.LABEL].to_numpy(np.int64, copy=True)
    return Raw(rows, labels, adult.FEATURES, levels, numeric.min(axis=0), numeric.max(axis=0))
