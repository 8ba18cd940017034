"""Why a comparison stays open, and what would settle it."""

from math import sqrt

from interplay.effects.contrast import Difference
from interplay.effects.wording import count, plain

ONE_SIDED = 1.645
"""The normal quantile of a one-sided 95 % bound."""


def what_would_settle(difference: Difference, tolerance: float, contrast: str) -> str:
    """The larger source of uncertainty of an open comparison, and how many rows or members it would take.

    needed = have * variance * (1.645 / room) ** 2

    with `variance` the part of that source, and `room` the tolerance; where the error of that source alone is already
    below the tolerance, the distance of the estimate from the tolerance. The count is a lower bound, as it ignores the
    other source.
    """
    found = difference.widest
    rows = found.from_rows >= found.from_members
    variance, have = (found.from_rows, difference.support) if rows else (found.from_members, len(difference.values))
    allowed = difference.scaled(tolerance)
    close = ONE_SIDED * sqrt(variance) < allowed
    room = abs(allowed - found.estimate) if close else allowed
    thing = "rows" if rows else "members"
    return _opening(difference, tolerance, contrast, rows, close) + _need(have, thing, variance, room)


def _opening(difference: Difference, tolerance: float, contrast: str, rows: bool, close: bool) -> str:
    unsettled = "" if difference.settled else "the direction of the gap is not settled in every treatment; "
    if close:
        return (
            f"{unsettled}the estimate lies within its error of the tolerance {plain(tolerance, difference.relative)}: "
        )
    if not rows:
        return f"{unsettled}too few members: "
    return f"{unsettled}{'group too small' if contrast else 'too few rows'}: "


def _need(have: int, thing: str, variance: float, room: float) -> str:
    needed = have * variance * (ONE_SIDED / room) ** 2 if room > 0 else float("inf")
    if needed > 100 * have:
        return f"{have:,} {thing}, and more than 100 times as many would be needed"
    if needed <= have:
        return f"{have:,} {thing}; rows and members together leave too much error, more of both would settle it"
    return f"{have:,} {thing}, at least {count(needed)} would be needed"
