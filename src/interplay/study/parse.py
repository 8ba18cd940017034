"""From plain tables, as TOML and JSON files hold them, to a study."""

import datetime
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from interplay.data.nearest import nearest
from interplay.study.faults import Fault, dotted, raise_first
from interplay.study.keys import expects_tables, header, homes, keys_at
from interplay.study.model import Study
from interplay.study.positions import KeyPath, Positions
from interplay.study.wording import expectations, quoted, remedy, shown

DEEPEST = 20
"""Tables and lists of a study are nested less deep than this."""


def parse(tables: Mapping[str, Any], where: str | Positions) -> Study:
    """The study that plain tables declare.

    Types are strict: a number in quotes is a text. Raises `StudyError` for unknown keys, missing keys, wrong types,
    values out of range, dates, and numbers that are not finite; the first in the order of the file is described, the
    others are counted.

    Example:
        >>> parse({"name": "loans", "data": {"source": "mortgage"}, "member": 3}, "the study")
        Traceback (most recent call last):
        ...
        interplay.errors.StudyError: expected a top-level key, found the unknown key 'member' (the study, \
member). Next: write 'members'.
    """
    faults = list(unusable(tables))
    try:
        study = Study.model_validate_json(json.dumps(_without(tables, {fault.path for fault in faults})), strict=True)
    except ValidationError as error:
        raise_first([*faults, *_faults(error, tables, {fault.path for fault in faults})], where)
        raise
    raise_first(faults, where)
    return study


def unusable(value: Any, path: KeyPath = ()) -> Iterator[Fault]:
    """Values that a study cannot hold wherever they stand: dates, numbers that are not finite, deep nesting.

    A study must come back equal from JSON, which has no such values.
    """
    if isinstance(value, Mapping | list | tuple) and len(path) >= DEEPEST:
        yield Fault(path, f"tables and lists nested less than {DEEPEST} deep", "deeper ones", "write it flatter")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from unusable(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from unusable(item, (*path, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield Fault(path, f"a finite number for {dotted(path)}", str(value), "write a number, or leave the key out")
    elif isinstance(value, datetime.date | datetime.time):
        yield Fault(path, f"a text or a number for {dotted(path)}", shown(value), "write it in quotes")
    elif not isinstance(value, str | int | float | None):
        expected = f"a value that a file can hold for {dotted(path)}"
        yield Fault(path, expected, shown(value), "write a text, a number, true or false")


def value_faults(error: ValidationError, path: KeyPath, value: Any) -> Iterator[Fault]:
    """What is wrong with a value that stands at `path`, one fault for every place inside it."""
    for inside, errors in _gathered(error, value).items():
        yield _value_fault(errors, (*path, *inside), _value(value, inside))


def _without(value: Any, paths: set[KeyPath], path: KeyPath = ()) -> Any:
    if path in paths:
        return None
    if isinstance(value, Mapping):
        return {key: _without(item, paths, (*path, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, paths, (*path, index)) for index, item in enumerate(value)]
    return value


def _faults(error: ValidationError, tables: Mapping[str, Any], known: set[KeyPath]) -> Iterator[Fault]:
    at = _gathered(error, tables)
    unknown = {path for path, errors in at.items() if errors[0]["type"] == "extra_forbidden"}
    meant = {(*path[:-1], nearest(str(path[-1]), keys_at(path[:-1])) or "") for path in unknown}
    for path, errors in at.items():
        if path in unknown:
            yield _unknown(path)
        elif errors[0]["type"] == "missing":
            # A misspelt key is one fault, not an unknown key and a missing one.
            if path not in meant:
                yield _missing(path)
        elif path not in known:
            yield _misshapen(errors, path, _value(tables, path))


def _gathered(error: ValidationError, value: Any) -> dict[KeyPath, list[ErrorDetails]]:
    at: dict[KeyPath, list[ErrorDetails]] = {}
    for one in error.errors(include_url=False):
        at.setdefault(_written(one, value), []).append(one)
    return at


def _written(error: ErrorDetails, value: Any) -> KeyPath:
    """The error's path without the parts that name an alternative of a union."""
    path = error["loc"]
    if error["type"] == "missing":
        return path
    for depth, part in enumerate(path):
        inside = (
            part in value if isinstance(value, Mapping) else isinstance(value, list | tuple) and isinstance(part, int)
        )
        if not inside:
            return path[:depth]
        value = value[part]
    return path


def _value(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value


def _unknown(path: KeyPath) -> Fault:
    key, table = str(path[-1]), path[:-1]
    choices = keys_at(table)
    meant = nearest(key, choices)
    elsewhere = homes(key)
    if meant is not None:
        step = f"write {meant!r}"
    elif elsewhere:
        step = f"move it to {elsewhere[0]}" if elsewhere[0] else "move it above the first [table] of the file"
    else:
        step = "take it out, or use one of " + ", ".join(choices)
    expected = f"a key of {header(table)}" if table else "a top-level key"
    return Fault(path, expected, f"the unknown key {quoted(key)}", step)


def _missing(path: KeyPath) -> Fault:
    key, table = str(path[-1]), path[:-1]
    step = f"add a table [{key}]" if keys_at(path) else f"set {key!r} there"
    return Fault(table, f"the key {key!r} in {header(table)}", "none", step)


def _misshapen(errors: list[ErrorDetails], path: KeyPath, value: Any) -> Fault:
    fault = _value_fault(errors, path, value)
    if isinstance(value, Mapping) and expects_tables(path):
        step = f"write the header with double brackets: {header((*path, 0))}"
        return Fault(path, f"a list of tables for {dotted(path)}", fault.found, step)
    if isinstance(value, list | tuple) and path and keys_at(path):
        return Fault(path, fault.expected, fault.found, f"write the header with single brackets: {header(path)}")
    return fault


def _value_fault(errors: list[ErrorDetails], path: KeyPath, value: Any) -> Fault:
    if errors[0]["loc"][-1:] == ("[key]",):
        return Fault(path, expectations(errors), f"the unknown key {quoted(str(path[-1]))}", remedy(errors, path[-1]))
    return Fault(path, f"{expectations(errors)} for {dotted(path) or 'the study'}", shown(value), remedy(errors, value))
