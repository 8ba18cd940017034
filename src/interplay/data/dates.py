"""Dates and times, however they are written, as days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from interplay.arrays import Array, Float

_TIME = r"(?:[T ](?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?"
_ISO = re.compile(rf"\d{{4}}-\d{{2}}-\d{{2}}{_TIME}(?:Z|[+-]\d{{2}}:?\d{{2}})?")
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})/(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[./-])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}){_TIME}")
_FIRST = 200
"""Texts that are looked at before all are."""
_EARLIEST, _LATEST = 18_500_101, 22_001_231
_FEWEST_NUMBERS = 20
"""With fewer different ones, numbers like 20200131 may be anything."""


@dataclass(frozen=True, eq=False)
class Dates:
    """Days since 1970-01-01 (with a fraction where a time is given), and in words how they were read."""

    days: Float[Array, " text"]
    note: str


def dates(texts: Sequence[str]) -> Dates | None:
    """The days of texts that are all dates: 2020-01-31, 2020/01/31, 31.1.2020, 31/1/2020 or 1/31/2020, with times or not.

    None where one is none. Whether the day or the month comes first follows from the numbers above 12.

    Example:
        >>> dates(["1970-01-02", "1970-01-03 12:00"]).days.tolist(), dates(["3.1.1970"]).days.tolist()
        ([1.0, 2.5], [2.0])
        >>> dates(["2020-02-30"]) is None
        True
    """
    if not texts:
        return None
    if _all(_ISO, texts):
        return _days(pd.to_datetime(list(texts), format="ISO8601", utc=True, errors="coerce"), "")
    for form in (_YEAR_FIRST, _YEAR_LAST):
        if _all(form, texts):
            return _in_parts([form.fullmatch(text) for text in texts], form is _YEAR_FIRST)
    return None


def dates_of_numbers(values: Float[Array, " row"]) -> Dates | None:
    """The days of whole numbers such as 20200131; None where one is none, or where there are few different ones."""
    missing = np.isnan(values)
    known = values[~missing] if missing.any() else values
    if not len(known) or known.min() < _EARLIEST or known.max() > _LATEST or (known != np.round(known)).any():
        return None
    distinct, places = np.unique(known, return_inverse=True)
    if len(distinct) < _FEWEST_NUMBERS:
        return None
    found = _days(pd.to_datetime(distinct.astype(np.int64).astype(str), format="%Y%m%d", utc=True, errors="coerce"), "")
    if found is None:
        return None
    days = np.full(len(values), np.nan)
    days[~np.isnan(values)] = found.days[places]
    return Dates(days, found.note)


def as_date(days: float) -> str:
    """A day as a date.

    Example:
        >>> as_date(1.5)
        '1970-01-02'
    """
    return str(np.datetime64(int(np.floor(days)), "D"))


def _all(form: re.Pattern[str], texts: Sequence[str]) -> bool:
    return all(map(form.fullmatch, texts[:_FIRST])) and all(map(form.fullmatch, texts))


def _in_parts(matches: Sequence[re.Match[str] | None], year_first: bool) -> Dates | None:
    found = [match for match in matches if match is not None]
    first, second = (np.array([int(match[name]) for match in found]) for name in ("first", "second"))
    day_first, note = not year_first and first.max() > 12, ""
    if not year_first and first.max() <= 12 and second.max() <= 12:
        day_first, note = True, "; the day is taken to come before the month, which these dates do not tell"
    days, months = (first, second) if day_first else (second, first)
    dated = zip(found, days.tolist(), months.tolist(), strict=True)
    written = [f"{match['year']}-{month:02d}-{day:02d}{_clock(match['time'])}" for match, day, month in dated]
    return _days(pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce"), note)


def _clock(time: str | None) -> str:
    """The time of a day with two digits for the hour."""
    return "" if time is None else f" {time if time[1] != ':' else '0' + time}"


def _days(moments: pd.DatetimeIndex, note: str) -> Dates | None:
    return None if moments.isna().any() else dates_of(moments, note)


def dates_of(moments: pd.DatetimeIndex, note: str = "") -> Dates:
    """The days of moments in UTC, NaN where there is none."""
    days = np.asarray((moments - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1), dtype=np.float64)
    if np.isnan(days).all():
        return Dates(days, "dates, all of which are missing")
    return Dates(days, f"dates from {as_date(np.nanmin(days))} to {as_date(np.nanmax(days))}{note}")
