"""Clusters: rows that a split must not tear apart, since they hold the same input or belong to one person."""

from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import gammaln

from interplay.arrays import Array, Int
from interplay.data.dataset import Dataset

_TWINS: WeakKeyDictionary[Dataset, Int[Array, " row"]] = WeakKeyDictionary()
"""Those of data sets in use: several sentences and the split ask for them."""


def twins(dataset: Dataset) -> Int[Array, " row"]:
    """A number for every row, the same for rows that agree in all features; numbered by first appearance.

    A missing value agrees with a missing value. The label does not count: a model that has seen a row's input with
    another label has seen it all the same, and inputs of one kind in two parts would have their labels sorted by part.

    Example:
        >>> from interplay.data.load import load
        >>> from interplay.data.sections import DataSection, GroupsSection
        >>> frame = pd.DataFrame({"age": [31.0, 54.0, 31.0, None, None], "paid": [1, 0, 0, 1, 0]})
        >>> twins(load(DataSection(source="frame", label="paid"), GroupsSection(), frame)).tolist()
        [0, 1, 0, 2, 2]

    Does not show: whether two equal rows are one person twice or two people; nor copies that differ in a digit.
    """
    if dataset not in _TWINS:
        _TWINS[dataset] = _numbered(dataset)
    return _TWINS[dataset]


def _numbered(dataset: Dataset) -> Int[Array, " row"]:
    codes = np.zeros(dataset.rows, dtype=np.int64)
    for name in dataset.features:
        values = dataset.table.columns[name].values
        own, distinct = pd.factorize(values + 0.0 if values.dtype.kind == "f" else values, use_na_sentinel=False)
        codes, met = pd.factorize(codes * len(distinct) + own)
        if len(met) == dataset.rows:
            break
    return np.asarray(codes, dtype=np.int64)


def people(dataset: Dataset) -> Int[Array, " row"] | None:
    """A number for every row, the same for rows of one person; a row that does not name its person has one of its own.

    None where the study declares no column for the person.
    """
    if dataset.person is None:
        return None
    column = dataset.table.columns[dataset.person]
    codes = pd.factorize(np.where(column.missing, np.nan, column.values))[0].astype(np.int64)
    codes[column.missing] = codes.max() + 1 + np.arange(int(column.missing.sum()))
    return np.asarray(pd.factorize(codes)[0], dtype=np.int64)


def clusters(dataset: Dataset, together: bool = True) -> Int[Array, " row"]:
    """The cluster of every row: what twins or people connect, over several steps too; numbered by first appearance.

    With `together` false, equal rows count as different people, and only those of one declared person are connected.
    """
    equal, own = twins(dataset) if together else np.arange(dataset.rows), people(dataset)
    if own is None:
        return equal
    count = int(equal.max()) + 1
    size = count + int(own.max()) + 1
    edges = coo_array((np.ones(dataset.rows, dtype=np.int8), (equal, count + own)), shape=(size, size))
    return np.asarray(pd.factorize(connected_components(edges, directed=False)[1][equal])[0], dtype=np.int64)


def chance_of_twin(cluster: Int[Array, " row"], drawn: int) -> float:
    """The share of rows that would have a twin among `drawn` other rows, if these were drawn one by one.

    chance(row) = 1 - C(n - c, drawn) / C(n - 1, drawn), for a row in a cluster of c of the n rows

    Example:
        >>> round(chance_of_twin(np.array([0, 0, 1, 2]), 2), 4)
        0.3333

    Does not show: what a split by group and label changes about it.
    """
    rows, size = len(cluster), np.bincount(cluster)[cluster]
    none = (
        gammaln(rows - size + 1)
        - gammaln(np.maximum(rows - size - drawn, 0) + 1)
        - gammaln(rows)
        + gammaln(rows - drawn)
    )
    return float(np.mean(np.where(rows - size < drawn, 1.0 * (size > 1), np.maximum(-np.expm1(none), 0.0))))
