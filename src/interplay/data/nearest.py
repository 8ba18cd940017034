"""The name a person probably meant."""

import difflib
from collections.abc import Iterable


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """The most similar choice, ignoring case and surrounding space; None when nothing is similar.

    Example:
        >>> nearest("Incom", ["age", "income"])
        'income'
        >>> nearest("zzz", ["age", "income"]) is None
        True
    """
    known = {choice.strip().casefold(): choice for choice in choices}
    found = difflib.get_close_matches(name.strip().casefold(), list(known), n=1, cutoff=0.5)
    return known[found[0]] if found else None


def suggestion(name: str, choices: Iterable[str], shown: int = 12) -> str:
    """What to do about an unknown name: the nearest choice, else the first few choices.

    Example:
        >>> suggestion("Incom", ["age", "income"])
        "use 'income', if that is meant"
        >>> suggestion("zzz", ["age", "income"])
        "use one of 'age', 'income'"
    """
    listed = list(choices)
    meant = nearest(name, listed)
    if meant is not None:
        return f"use {meant!r}, if that is meant"
    if not listed:
        return "there is nothing to choose from"
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return "use one of " + ", ".join(repr(choice) for choice in listed[:shown]) + more
