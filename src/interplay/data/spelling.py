"""Names that differ in writing only."""

import re
import unicodedata
from collections.abc import Sequence


def plain(name: str) -> str:
    """Without what people write differently: case, composed characters, and what stands between words.

    Example:
        >>> plain("Self-Employed ") == plain("self employed")
        True
    """
    return re.sub(r"(?<=[^\W\d])[\s_-]+(?=[^\W\d])", "", unicodedata.normalize("NFKC", name).casefold().strip())


def spelled_alike(names: Sequence[str]) -> list[tuple[str, ...]]:
    """The names of which there are several that differ in writing only, together.

    Example:
        >>> spelled_alike(["No", "Yes", "yes"])
        [('Yes', 'yes')]
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(plain(name), []).append(name)
    return [tuple(same) for same in alike.values() if len(same) > 1]


def in_writing_only(names: Sequence[str]) -> str:
    """What is the matter with names that are spelled alike.

    Example:
        >>> in_writing_only(["Yes", "yes"])
        "'Yes' and 'yes' differ in writing only"
    """
    return f"{', '.join(map(repr, names[:-1]))} and {names[-1]!r} differ in writing only"
