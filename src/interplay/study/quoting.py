"""Texts and keys as TOML writes them, whatever characters they hold."""

import re

from interplay.data.levels import as_text
from interplay.errors import StudyError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_text(text: str) -> str:
    r"""A text between quotes; whatever cannot be printed, or would reorder the line, is escaped.

    Raises `StudyError` for half of a surrogate pair, which no text file can hold.

    Example:
        >>> print(toml_text('the "new"\nloans'))
        "the \"new\"\nloans"
    """
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def toml_key(key: str) -> str:
    """A key, in quotes where TOML needs them.

    Example:
        >>> print(toml_key("race"), toml_key("loan id"))
        race "loan id"
    """
    return key if _BARE_KEY.fullmatch(key) else toml_text(key)


def toml_texts(texts: tuple[str, ...]) -> str:
    """A list of texts.

    Example:
        >>> print(toml_texts(("a", "b")))
        ["a", "b"]
    """
    return "[" + ", ".join(toml_text(text) for text in texts) + "]"


def _escaped(letter: str) -> str:
    if letter in _SHORT:
        return _SHORT[letter]
    if 0xD800 <= ord(letter) <= 0xDFFF:
        step = "rename it in the data"
        raise StudyError("a name of valid characters", f"half a character, {letter!r}", "a name in the data", step)
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def toml_value(value: float | str) -> str:
    """A number or a text as TOML writes it.

    Example:
        >>> toml_value(25.0), toml_value("none")
        ('25', '"none"')
    """
    return toml_text(value) if isinstance(value, str) else as_text(value)
