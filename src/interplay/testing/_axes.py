"""Taking members, draws or rows of an exhibit by the names of its axes, which its type annotations give."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np
from jaxtyping import AbstractArray

from interplay.arrays import Array, Int

Kind = TypeVar("Kind")

POSITIONS = ("rows", "attacked")
"""Fields of exhibits that hold positions in the table."""


def taken(value: Kind, axis: str, positions: Int[Array, " some"]) -> Kind:
    """The value with only these positions of one axis, in this order.

    `value` is a frozen dataclass whose arrays are annotated with the names of their axes; mappings may hold such ones.
    """
    if not is_dataclass(value) or isinstance(value, type):
        return value
    hints = get_type_hints(type(value))
    changes = {
        field.name: _taken_field(getattr(value, field.name), hints[field.name], axis, positions)
        for field in fields(value)
        if field.init
    }
    return replace(value, **changes)


def reordered(value: Kind, order: Int[Array, " row"]) -> Kind:
    """The same facts when row `order[i]` of the table becomes row i: fields of positions follow."""
    moved = taken(value, "row", order)
    places = np.argsort(order)
    held = {name: getattr(moved, name) for name in POSITIONS if name in _names(moved)}
    return _replaced(moved, {name: places[held[name]] for name in held if isinstance(held[name], np.ndarray)})


def axes(value: object) -> set[str]:
    """The names of all axes of a dataclass of arrays."""
    hints = get_type_hints(type(value))
    return {axis for name in _names(value) for axis in _axes_of(hints[name])}


def length(value: object, axis: str) -> int:
    """How many positions a dataclass of arrays has on an axis."""
    hints = get_type_hints(type(value))
    held = {name: getattr(value, name) for name in _names(value) if axis in _axes_of(hints[name])}
    return next(
        int(np.shape(array)[_axes_of(hints[name]).index(axis)]) for name, array in held.items() if array is not None
    )


def _names(value: object) -> list[str]:
    return [field.name for field in fields(value)] if is_dataclass(value) else []


def _replaced(value: Kind, changes: Mapping[str, Any]) -> Kind:
    return replace(value, **changes) if changes else value  # type: ignore[type-var]


def _taken_field(value: Any, hint: Any, axis: str, positions: Int[Array, " some"]) -> Any:
    if isinstance(value, Mapping):
        return {key: taken(item, axis, positions) for key, item in value.items()}
    names = _axes_of(hint)
    return (
        np.take(value, positions, axis=names.index(axis)) if isinstance(value, np.ndarray) and axis in names else value
    )


def _axes_of(hint: Any) -> tuple[str, ...]:
    for candidate in (hint, *get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, AbstractArray):
            return tuple(candidate.dim_str.split())
    return ()
