"""Numbers as people write them: decimal commas, separated thousands, per cent signs and currencies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float

_UNITS = (
    r"[€$£¥₹₽₩₺฿]|(?:US|A|C|NZ|HK|R)\$|(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|INR|AUD|CAD|NZD|BRL|ZAR)\b"
    r"|Kč|kr\.?|zł|Rs\.?"
)
_WRITTEN = re.compile(
    rf"(?P<bracket>\()?\s*(?P<sign>[+\-\u2212]?)\s*(?P<before>{_UNITS})?\s*(?P<second>[+\-\u2212]?)"
    r"(?P<digits>\d[\d.,'\u2019\u00a0\u202f ]*|[.,]\d+)"
    rf"(?:\s*(?P<after>%|{_UNITS}))?\s*(?(bracket)\))"
)
_SPACES = "'\u2019\u00a0\u202f "
_POINT = re.compile(rf"(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:,\d{{3}})+|[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+)?(?:\.\d+)?")
_COMMA = re.compile(rf"(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:\.\d{{3}})+|[1-9]\d{{0,2}}(?:[{_SPACES}]\d{{3}})+)?(?:,\d+)?")
_FIRST = 200
"""Texts that are looked at before all are."""


@dataclass(frozen=True, eq=False)
class Numerals:
    """The numbers that texts stand for, and in words how they were read."""

    values: Float[Array, " text"]
    note: str


def numerals(texts: Sequence[str], decimal: str = "") -> Numerals | None:
    """The numbers that all of these texts stand for; None where one of them is no number, or nothing marks them as such.

    Texts of digits alone stay texts: with a leading zero they are codes, and whoever stored the others as text may have
    had a reason. Amounts of several currencies, and shares of which only some have a per cent sign, cannot be compared and
    stay texts too. "1,234" alone could be either: `decimal` says what the rest of the file has ("," or "."), and without it
    the comma separates thousands.

    Example:
        >>> numerals(["€1,234.50", "€0.99"]).values.tolist(), numerals(["12,5 %", "7 %"]).values.tolist()
        ([1234.5, 0.99], [12.5, 7.0])
        >>> numerals(["00501", "94110"]) is None, numerals(["€1", "$1"]) is None
        (True, True)
    """
    if not texts or _matched(texts[:_FIRST]) is None:
        return None
    found = _matched(texts)
    if found is None:
        return None
    units = {match["before"] or match["after"] or "" for match in found}
    digits = [match["digits"].strip() for match in found]
    marked = units != {""} or any(not text.isdecimal() for text in digits)
    if len(units) != 1 or not marked:
        return None
    mark = _decimal(digits, decimal)
    if mark is None:
        return None
    values = np.array([_number(text, mark) for text in digits])
    negative = [
        bool(match["bracket"]) or {match["sign"], match["second"]} & {"-", "\u2212"} != set() for match in found
    ]
    return Numerals(np.where(negative, -values, values), _note(texts, values, next(iter(units))))


def _matched(texts: Sequence[str]) -> list[re.Match[str]] | None:
    found = [_WRITTEN.fullmatch(text.strip()) for text in texts]
    return None if None in found else [one for one in found if one is not None]


def _decimal(digits: Sequence[str], of_file: str) -> str | None:
    """The decimal mark that reads all of them; where both do, that of the file, or else the point."""
    fits = [mark for mark, form in ((".", _POINT), (",", _COMMA)) if all(map(form.fullmatch, digits))]
    if of_file in fits:
        return of_file
    return fits[0] if fits else None


def _number(text: str, mark: str) -> float:
    kept = "".join(letter for letter in text if letter.isdigit() or letter == mark)
    return float(kept.replace(",", "."))


def _note(texts: Sequence[str], values: Float[Array, " text"], unit: str) -> str:
    told = {"": "", "%": "; the unit is per cent"}.get(unit, f"; the unit is {unit}")
    longest = max(range(min(len(texts), _FIRST)), key=lambda place: len(texts[place]))
    return f'written as text: "{texts[longest]}" is read as the number {values[longest]:.15g}{told}'
