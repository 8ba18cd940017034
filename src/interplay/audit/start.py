"""A first study for a data file."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from interplay.data.reading import read
from interplay.data.table import Column
from interplay.study.starter import ColumnSummary, starter


def start(data: Path, label: str, groups: Sequence[str], folder: Path) -> str:
    """The text of a commented study file for `data`, to lie in `folder`."""
    table = read(data)
    summaries = [_summary(column) for column in table.columns.values()]
    return starter(summaries, os.path.relpath(data, folder), label, groups)


def _summary(column: Column) -> ColumnSummary:
    missing = np.isnan(column.values) if column.kind == "numeric" else column.values < 0
    distinct = len(np.unique(column.values[~missing]))
    return ColumnSummary(column.name, column.kind, distinct, int(missing.sum()), len(column.values))
