"""Text that people outside wrote: made visible and short before it reaches a page or a terminal."""

import re
import unicodedata

NAME_LENGTH = 120
"""A name longer than this is cut."""
SENTENCE_LENGTH = 1200
"""A sentence longer than this is cut."""

_SPACES = frozenset("\t\n\x0b\x0c\r\x85\u2028\u2029")
_INVISIBLE = frozenset("\u061c\u200b\u200e\u200f\u2060\ufeff") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def _visible(character: str) -> str:
    if character in _SPACES:
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in ("Cc", "Cs"):
        return f"[U+{ord(character):04X}]"
    return character


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula, also when it is copied out of a page: an apostrophe stands before
    =, +, -, @ and a tab; numbers stay as they are.

    Example:
        >>> defused("=1+1"), defused(" @home"), defused("-0.25"), defused("race")
        ("'=1+1", "' @home", '-0.25', 'race')
    """
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky and not _NUMBER.fullmatch(text) else text


def clean(text: str, limit: int = SENTENCE_LENGTH) -> str:
    """The text with control, direction and lone surrogate characters shown as tags, at most `limit` characters.

    Example:
        >>> clean("a\\u202eb\\x00")
        'a[U+202E]b[U+0000]'
        >>> clean("abcdef", limit=4)
        'abc…'
    """
    shown = "".join(map(_visible, text[: limit + 1]))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def name(text: str) -> str:
    """A name, cleaned and at most `NAME_LENGTH` characters long."""
    return clean(text, NAME_LENGTH)


def sentence(text: str) -> str:
    """A sentence with a capital first letter and a full stop.

    Example:
        >>> sentence("few rows"), sentence("Done.")
        ('Few rows.', 'Done.')
    """
    return heading(text if text.endswith((".", "!", "?", "…")) else f"{text}.")


def heading(text: str) -> str:
    """A title with a capital first letter, the rest as it is.

    Example:
        >>> heading("accuracy disparity")
        'Accuracy disparity'
        >>> heading("DP-SGD")
        'DP-SGD'
    """
    return text[:1].upper() + text[1:]
