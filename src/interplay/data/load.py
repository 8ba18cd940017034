"""From what a study says about its data to a data set that can be audited."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import interplay.data.named
from interplay import discovery
from interplay.arrays import Array, Bool, Float
from interplay.data import groups as grouping
from interplay.data.checks import inspect
from interplay.data.dataset import Dataset
from interplay.data.dates import as_date
from interplay.data.findings import Finding
from interplay.data.labels import classes, favourable
from interplay.data.levels import levels
from interplay.data.missing import without
from interplay.data.named._named import NamedData
from interplay.data.nearest import suggestion
from interplay.data.reading import read
from interplay.data.sections import PURPOSES, DataSection, GroupsSection
from interplay.data.spelling import in_writing_only, spelled_alike
from interplay.data.table import Column, Table
from interplay.errors import DataError

_UNDESCRIBED = NamedData(
    title="", load=lambda section: read(section.source, _values(section)), label="", favourable=None, provenance=""
)


@cache
def named() -> Mapping[str, NamedData]:
    """Every named data set by name."""
    return discovery.constants(interplay.data.named, "NAMED", NamedData)


def load(data: DataSection, groups: GroupsSection, frame: Any = None) -> Dataset:
    """The data set a study describes: a named one, a file, or the frame given.

    A file's path is taken from the current folder. What the study says about a named data set comes on top of what the
    data set says about itself. Sensitive attributes are features only where their group says so.

    Raises DataError (with the nearest name where one is unknown) where the source, a column, the label, a group or a
    value cannot be used.

    Example:
        >>> section = DataSection(source="silobank", options={"rows": 400})
        >>> bank = load(section, GroupsSection())
        >>> bank.rows, bank.classes, list(bank.groupings)
        (400, ('no', 'yes'), ['sex'])
    """
    known = _UNDESCRIBED if frame is not None else _find(data.source)
    table = known.load(data) if frame is None else read(frame, _values(data))
    table, declared = _declared(table, known, data)
    if not groups.attributes:
        groups = groups.model_copy(update={"attributes": dict(known.groups)})
    label = _label(table, known, data)
    labels, names = classes(table.column(label), data.classes)
    hoped = data.favourable if data.favourable is not None else known.favourable if label == known.label else None
    groupings = grouping.build(table, groups)
    dropped = _dropped(table, known, data, groups, label)
    features = _features(table, data, dropped, label)
    _check_finite(table, features)
    findings = (
        *table.findings,
        *declared,
        *(Finding("warning", name, text) for name, text in known.cautions.items() if name in features),
        *_undeclared(hoped, names, label),
        *(
            Finding("warning", label, f"{in_writing_only(alike)}: join them under data.classes")
            for alike in spelled_alike(names)
        ),
        *inspect(table, label, features, groupings),
    )
    dropped |= {finding.column: finding.text for finding in findings if finding.level == "dropped"}
    features = tuple(name for name in features if name not in dropped)
    if not features:
        remedy = "drop fewer columns, or give a table that describes its rows"
        raise DataError("at least one feature", "none left", table.source, remedy)
    return Dataset(
        name=data.source if frame is None else "frame",
        table=table,
        features=features,
        label=label,
        labels=labels,
        classes=names,
        favourable=favourable(names, hoped, f"label {label!r}"),
        groupings=groupings,
        dropped=dropped,
        immutable=_immutable(table, known, data, features),
        findings=findings,
        person=data.person,
        time=data.time,
        weights=None if data.weight is None else _weights(table.column(data.weight)),
        most_categories=data.most_categories,
        trained=None if data.trained_on is None else _trained(table.column(data.trained_on)),
        provenance=known.provenance or f"{table.rows} rows from {table.source}",
    )


def _find(source: str) -> NamedData:
    if source in named():
        return named()[source]
    if Path(source).suffix or Path(source).exists():
        return _UNDESCRIBED
    remedy = suggestion(source, named()) + ", or give a path to a CSV or Parquet file"
    raise DataError("a named data set or a file", f"{source!r}", "data.source", remedy)


def _values(data: DataSection) -> tuple[str, ...]:
    """The columns in which "NA" is a value."""
    return tuple(name for name, missing in data.missing.items() if not missing)


def _declared(table: Table, known: NamedData, data: DataSection) -> tuple[Table, list[Finding]]:
    """The table with declared values missing, declared codes as categories, and days counted from the earliest."""
    table, findings = _declare_missing(table, known, data)
    for where, names in (("data.categorical", data.categorical), ("data.days", data.days)):
        _all_known(table, names, where)
    for name in data.days:
        column = table.columns[name]
        if name not in table.dates:
            found = f"{name!r}, which is {column.kind}"
            raise DataError("columns of dates", found, "data.days", "write the dates as 2020-01-31, or take it out")
        first = float(np.nanmin(column.values))
        table = table.replaced(Column(name, "numeric", column.values - first))
        findings.append(Finding("note", name, f"read as days since {as_date(first)}"))
    return table.replaced(*(_as_categories(table.columns[name]) for name in data.categorical)), findings


def _as_categories(column: Column) -> Column:
    return Column(column.name, "categorical", *levels(column)) if column.kind == "numeric" else column


def _weights(column: Column) -> Float[Array, " row"]:
    """The weights of the rows, with a mean of one."""
    values = column.values if column.kind == "numeric" else np.where(column.missing, np.nan, column.values)
    wrong = ~(np.isfinite(values) & (values > 0)) if column.kind != "categorical" else np.ones(len(values), dtype=bool)
    if wrong.any():
        found = f"{int(wrong.sum())} rows without one, first in row {int(np.argmax(wrong)) + 1}"
        where = f"data.weight, column {column.name!r}"
        raise DataError("a weight above 0 in every row", found, where, "correct these rows, or take data.weight out")
    return np.asarray(values / values.mean(), dtype=np.float64)


def _trained(column: Column) -> Bool[Array, " row"]:
    """The rows that a given model was trained on."""
    values = [str(value).lower() for value in levels(column)[1]]
    if column.missing.any() or not set(values) <= {"0", "1", "true", "false"}:
        found = (
            f"{len(values)} other values"
            if not column.missing.any()
            else f"{int(column.missing.sum())} rows without one"
        )
        where = f"data.trained_on, column {column.name!r}"
        raise DataError("0 or 1, or false or true, in every row", found, where, "correct the column, or name another")
    marked = np.array([value in ("1", "true") for value in values])
    return np.asarray(marked[levels(column)[0]])


def _declare_missing(table: Table, known: NamedData, data: DataSection) -> tuple[Table, list[Finding]]:
    declared: dict[str, tuple[tuple[int | float | str, ...], str]] = {}
    declared |= {name: (one.values, one.reason) for name, one in known.missing.items()}
    declared |= {name: (values, "the study says so") for name, values in data.missing.items() if values}
    findings = []
    for name, (values, reason) in declared.items():
        column, rows = without(table.column(name), values)
        table = table.replaced(column)
        listed = ", ".join(str(value) for value in values)
        findings.append(Finding("note", name, f"{listed} means missing (rows: {rows}): {reason}"))
    return table, findings


def _label(table: Table, known: NamedData, data: DataSection) -> str:
    label = data.label or known.label
    if not label:
        remedy = "name the column to predict: label = ..."
        raise DataError("a label", "none declared", "data.label", remedy)
    return table.column(label).name


def _dropped(table: Table, known: NamedData, data: DataSection, groups: GroupsSection, label: str) -> dict[str, str]:
    _all_known(table, data.drop, "data.drop")
    purposes = {purpose: getattr(data, purpose) for purpose in PURPOSES}
    for purpose, name in purposes.items():
        _all_known(table, () if name is None else (name,), f"data.{purpose}")
    own = {known.label: "another label of this data set"} if known.label else {}
    dropped = {name: why for name, why in {**own, **known.drop, **data.drop}.items() if name != label}
    for purpose, name in purposes.items():
        if name is not None:
            dropped.setdefault(name, f"it {PURPOSES[purpose]}; the model does not see it")
    for name in table.dates - set(data.days) - set(data.features or ()):
        dropped.setdefault(name, "a date: name it under data.days to have it seen as days since the earliest")
    for name, section in {**known.groups, **groups.attributes}.items():
        if not section.feature:
            dropped.setdefault(section.column or name, f"sensitive attribute ({name}); the model does not see it")
    for name, section in groups.attributes.items():
        if section.feature:
            dropped.pop(section.column or name, None)
    return dropped


def _features(table: Table, data: DataSection, dropped: Mapping[str, str], label: str) -> tuple[str, ...]:
    if data.features is None:
        return tuple(name for name in table.columns if name != label and name not in dropped)
    _all_known(table, data.features, "data.features")
    for name in data.features:
        if name == label:
            raise DataError("features without the label", f"the label {name!r}", "data.features", "remove it")
        if name in dropped:
            remedy = "remove it from the features, or set feature = true on its group if it is a sensitive attribute"
            raise DataError("features that are not dropped", f"{name!r}: {dropped[name]}", "data.features", remedy)
    return tuple(dict.fromkeys(data.features))


def _immutable(table: Table, known: NamedData, data: DataSection, features: tuple[str, ...]) -> dict[str, str]:
    _all_known(table, data.immutable, "data.immutable")
    reasons = {**known.immutable, **dict.fromkeys(data.immutable, "the study says so")}
    return {name: reasons[name] for name in features if name in reasons}


def _all_known(table: Table, names: Iterable[str], where: str) -> None:
    for name in names:
        if name not in table.columns:
            raise DataError(f"columns of {table.source}", f"{name!r}", where, suggestion(name, table.columns))


def _undeclared(hoped: object, names: tuple[str, ...], label: str) -> list[Finding]:
    if hoped is not None:
        return []
    text = f"no favourable class is declared: {names[-1]!r} is taken, which is only the last; declare data.favourable"
    return [Finding("warning", label, text)]


def _check_finite(table: Table, features: tuple[str, ...]) -> None:
    for name in features:
        column = table.columns[name]
        infinite = np.isinf(column.values) if column.kind == "numeric" else np.zeros(1, dtype=bool)
        if infinite.any():
            found = f"{int(infinite.sum())} infinite, first in row {int(np.argmax(infinite)) + 1}"
            where = f"{table.source}, column {name!r}"
            raise DataError("finite numbers", found, where, "correct them, or name them under data.missing")
