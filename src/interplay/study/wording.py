"""Plain words for values and for what a validator expected instead of them."""

import datetime
import re
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from interplay.data.nearest import nearest

LONGEST = 60
"""Longer texts are shortened in messages."""

_TYPES = {
    "bool_type": "true or false",
    "dict_type": "a table",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_attributes_type": "a table",
    "model_type": "a table",
    "none_required": "nothing",
    "string_type": "a text",
    "tuple_type": "a list",
}
_RANGES = {
    "greater_than": ("gt", "a number above"),
    "greater_than_equal": ("ge", "a number of at least"),
    "less_than": ("lt", "a number below"),
    "less_than_equal": ("le", "a number of at most"),
}


def shown(value: object) -> str:
    r"""A value as a message shows it, without control characters and not too long.

    Example:
        >>> shown("a\nb"), shown(True), shown(2.5), shown([1]), shown({})
        ("the text 'a\\nb'", 'true', 'the number 2.5', 'a list', 'a table')
    """
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {shortened(str(value) if abs(value) < 10**300 else 'far too large')}"
    if isinstance(value, datetime.date | datetime.time):
        return f"the date or time {value}"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    return "a table" if isinstance(value, dict) else f"a {type(value).__name__}"


def quoted(text: str) -> str:
    """A text in quotes, shortened and with control characters escaped."""
    return repr(shortened(text))


def shortened(text: str) -> str:
    """The beginning of a long text.

    Example:
        >>> len(shortened("x" * 1000))
        60
    """
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def expectation(error: ErrorDetails) -> str:
    """What a validation error expected, in plain words.

    Example:
        >>> expectation({"type": "greater_than", "loc": (), "msg": "", "input": 0, "ctx": {"gt": 0.0}})
        'a number above 0'
    """
    kind, context = error["type"], error.get("ctx", {})
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _RANGES:
        name, words = _RANGES[kind]
        return f"{words} {context[name]:g}"
    if kind in ("literal_error", "enum"):
        return str(context["expected"])
    message = error["msg"].removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def expectations(errors: Sequence[ErrorDetails]) -> str:
    """What the alternatives of a type expected, in plain words.

    Example:
        >>> expectations([{"type": kind, "loc": (), "msg": "", "input": 0} for kind in ("int_type", "float_type")])
        'a number'
    """
    words = dict.fromkeys(expectation(error) for error in errors)
    if "a number" in words:
        words.pop("a whole number", None)
    return " or ".join(words)


def remedy(errors: Sequence[ErrorDetails], value: Any) -> str:
    """What to write instead of a value that no alternative of its type accepts.

    Example:
        >>> remedy([{"type": "int_type", "loc": (), "msg": "", "input": "16"}], "16")
        'write 16 without quotes'
    """
    kinds = {error["type"] for error in errors}
    choices = [word for error in errors for word in _choices(error)]
    if isinstance(value, str) and (meant := nearest(value, choices)) is not None:
        return f"write {meant!r}"
    if isinstance(value, str) and kinds & {"int_type", "float_type", "bool_type"} and _unquoted(value):
        return f"write {value} without quotes"
    if kinds == {"string_type"} and isinstance(value, int | float | bool):
        return "write it in quotes"
    if kinds == {"tuple_type"} and isinstance(value, str | int | float):
        return "write it between brackets: [...]"
    return f"write {expectations(errors)}"


def _choices(error: ErrorDetails) -> list[str]:
    if error["type"] not in ("literal_error", "enum"):
        return []
    return re.findall(r"'([^']*)'", str(error.get("ctx", {})["expected"]))


def _unquoted(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?|true|false", text))
