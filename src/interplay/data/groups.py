"""Groups of people: sensitive attributes, their merged values or bins, and their intersections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from interplay.arrays import Array, Int
from interplay.data.levels import as_text, levels, merged, position
from interplay.data.nearest import suggestion
from interplay.data.sections import GroupSection, GroupsSection
from interplay.data.table import Column, Table
from interplay.errors import DataError

MOST_VALUES = 20
"""A numeric attribute with more distinct values needs bins."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to divide people: a sensitive attribute, or an intersection of several.

    `codes` holds the position in `names` for every row, -1 where the attribute is missing; `reference` is the position
    of the group the others are compared with.
    """

    name: str
    codes: Int[Array, " row"]
    names: tuple[str, ...]
    reference: int


def build(table: Table, groups: GroupsSection) -> dict[str, Grouping]:
    """The declared groupings by name: attributes first, then intersections.

    An intersection is named "race x sex" and its groups "black & female"; only groups that occur are listed.

    Raises DataError with the nearest name where a column, value, attribute or reference is unknown.

    Example:
        >>> from interplay.data.table import table, texts
        >>> people = table([texts("sex", ["f", "m", "m", None])], "example")
        >>> found = build(people, GroupsSection(attributes={"sex": GroupSection(merge={"female": ("f",)})}))["sex"]
        >>> found.names, found.codes.tolist(), found.names[found.reference]
        (('female', 'm'), [0, 1, 1, -1], 'm')
    """
    found = {name: _attribute(table, name, section) for name, section in groups.attributes.items()}
    for names in groups.intersections:
        crossed = _intersection(found, names)
        found[crossed.name] = crossed
    if groups.mitigate is not None and groups.mitigate not in found:
        raise _unknown("a grouping", groups.mitigate, "groups.mitigate", list(found))
    return found


def _attribute(table: Table, name: str, section: GroupSection) -> Grouping:
    where = f"groups.attributes.{name}"
    column = table.column(section.column or name)
    codes, names = _binned(column, section.bins, where) if section.bins else _distinct(column, where)
    codes, names = merged(codes, names, section.merge, f"{where}.merge")
    return Grouping(name, codes, names, _reference(codes, names, section.reference, where))


def _distinct(column: Column, where: str) -> tuple[Int[Array, " row"], tuple[str, ...]]:
    codes, names = levels(column)
    if column.kind == "numeric" and len(names) > MOST_VALUES:
        found = f"{len(names)} different numbers"
        remedy = "declare bins, such as bins = [25, 40]"
        raise DataError(f"at most {MOST_VALUES} values, or bins, in {column.name!r}", found, where, remedy)
    if not names:
        raise DataError(f"groups in {column.name!r}", "only missing values", where, "choose another attribute")
    return codes, names


def _binned(column: Column, edges: Sequence[float], where: str) -> tuple[Int[Array, " row"], tuple[str, ...]]:
    if column.kind != "numeric":
        found = f"the {column.kind} column {column.name!r}"
        raise DataError("a numeric column to cut into bins", found, where, "use merge instead of bins")
    if list(edges) != sorted(set(edges)) or not np.isfinite(edges).all():
        raise DataError("finite edges in ascending order", f"bins = {list(edges)}", where, "sort the edges")
    texts = [as_text(edge) for edge in edges]
    between = (f"{low} to under {high}" for low, high in pairwise(texts))
    codes = np.where(column.missing, -1, np.searchsorted(edges, column.values, side="right"))
    return codes.astype(np.int64), (f"under {texts[0]}", *between, f"{texts[-1]} and over")


def _reference(codes: Int[Array, " row"], names: tuple[str, ...], declared: str | None, where: str) -> int:
    if declared is None:
        return int(np.bincount(codes[codes >= 0], minlength=len(names)).argmax())
    place = position(names, declared)
    if place is None:
        raise _unknown("a group", declared, f"{where}.reference", names)
    return place


def _intersection(found: Mapping[str, Grouping], names: Sequence[str]) -> Grouping:
    where = "groups.intersections"
    for name in names:
        if name not in found:
            raise _unknown("a declared attribute", name, where, list(found))
    if len(set(names)) < 2 or len(set(names)) < len(names):
        remedy = 'name two or more, such as ["race", "sex"]'
        raise DataError("two or more different attributes", f"{list(names)}", where, remedy)
    parts = [found[name] for name in names]
    rows = np.stack([part.codes for part in parts], axis=1)
    known = (rows >= 0).all(axis=1)
    if not known.any():
        raise DataError("rows with all attributes known", "none", f"{where}: {list(names)}", "leave out an attribute")
    combinations, places = np.unique(rows[known], axis=0, return_inverse=True)
    codes = np.full(len(rows), -1, dtype=np.int64)
    codes[known] = places.reshape(-1)
    labels = tuple(" & ".join(part.names[code] for part, code in zip(parts, row, strict=True)) for row in combinations)
    references = " & ".join(part.names[part.reference] for part in parts)
    declared = references if references in labels else None
    return Grouping(" x ".join(names), codes, labels, _reference(codes, labels, declared, where))


def _unknown(expected: str, value: str, where: str, choices: Sequence[str]) -> DataError:
    return DataError(expected, f"{value!r}", where, suggestion(value, choices))
