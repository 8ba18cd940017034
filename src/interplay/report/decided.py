"""The decision in words and bars: who else would win, and what would have to change for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from interplay.decision.bound import side_of
from interplay.quantities import Scale, change_scale, plural
from interplay.report.confirmation import STATUSES as STATUSES
from interplay.report.confirmation import limit_scale, said
from interplay.report.reading import AuditReading

SHOWN = 3
"""How many candidates that a limit keeps out are told in a sentence each, the nearest ones; a table has all."""

WIDTH = 260
"""Width of the longest bar."""


@dataclass(frozen=True)
class ShareBar:
    """One candidate's bar: its length out of `WIDTH`, the share as written, and whether it is the one chosen."""

    treatment: str
    length: float
    told: str
    chosen: bool


def orders(reading: AuditReading) -> list[ShareBar]:
    """How many of all orders of the priorities choose which treatment, the most first."""
    found = reading.audit["decision"]["orders"]
    total = sum(one["count"] for one in found) or 1
    ranked = sorted(found, key=lambda one: -one["count"])
    return [_bar(reading, one["treatment"], one["count"] / total, f"{one['count']} of {total}") for one in ranked]


def front(reading: AuditReading) -> list[ShareBar]:
    """The probability of each candidate that no other one is at least as good everywhere and better somewhere."""
    found = sorted(reading.audit["decision"]["pareto"], key=lambda one: -one["probability"])
    return [_bar(reading, one["treatment"], one["probability"], f"{100 * one['probability']:.0f} %") for one in found]


def let_through(reading: AuditReading) -> Iterator[str]:
    """Which limit would have let a candidate through that only this limit keeps out."""
    found = sorted(reading.audit["decision"]["let_through"], key=lambda one: abs(one["needed"] - one["declared"]))
    for one in found[:SHOWN]:
        yield f"With {_limit(reading, one)}, {reading.treatment(one['treatment'])} would be admissible."


def beyond(value: float, upwards: bool, scale: Scale, strictly: bool = False) -> float:
    """A value moved to the next one that `scale` can write, so that a written limit does what is said of it.

    Example:
        >>> beyond(0.0943, True, Scale(100, 1, "points")), beyond(0.9, True, Scale(1, 3, ""), strictly=True)
        (0.095, 0.901)
    """
    steps, least = value * scale.factor * 10**scale.decimals, 1e-9
    if upwards:
        whole = floor(steps + least) + 1 if strictly else ceil(steps - least)
    else:
        whole = ceil(steps - least) - 1 if strictly else floor(steps + least)
    return whole / (scale.factor * 10**scale.decimals)


def limit_beyond(one: Mapping[str, Any], scale: Scale) -> float:
    """The limit to declare: looser where it admits somebody, tighter where it bars the winner."""
    loosened = one.get("admits", True) is not None
    return beyond(one["needed"], (side_of(one["bound"]) == "at_most") == loosened, scale, strictly=not loosened)


def tolerance_beyond(one: Mapping[str, Any], scale: Scale) -> float:
    """The tolerance to declare; as it is where rounding it leaves nothing."""
    needed: float = one["needed"]
    return beyond(needed, needed > one["declared"], scale) or needed


def changes(reading: AuditReading) -> Iterator[str]:
    """The nearest limits and tolerances under which another treatment is chosen."""
    decision = reading.audit["decision"]
    for one in decision["limit_flips"]:
        then = (
            "no treatment is admissible" if one["winner"] is None else f"{reading.treatment(one['winner'])} is chosen"
        )
        yield f"With {_limit(reading, one)}, {then}."
    for one in decision["tolerance_flips"]:
        amount = change_scale(reading.metrics[one["metric"]])
        yield (
            f"With a tolerance of {amount.amount(tolerance_beyond(one, amount))} on {reading.metric(one['metric'])} "
            f"({amount.amount(one['declared'])} declared), {reading.treatment(one['winner'])} is chosen."
        )


def questions(reading: AuditReading) -> Iterator[str]:
    """What is open and would change the choice, with what would settle it."""
    for one in reading.audit["decision"]["open_questions"]:
        needed = one["needed"]
        settle = (
            ""
            if needed is None or needed["count"] is None
            else f"; about {plural(needed['count'], needed['thing'][:-1])} would settle it"
        )
        yield f"{reading.spoken(one['sentence'])}{settle}"


def _limit(reading: AuditReading, one: Mapping[str, Any]) -> str:
    amount = limit_scale(reading, one)
    needed = said(reading, one, limit_beyond(one, amount))
    return f"{reading.metric(one['metric'])} {needed} ({amount.amount(one['declared'])} declared)"


def _bar(reading: AuditReading, treatment: str, share: float, told: str) -> ShareBar:
    return ShareBar(treatment, round(WIDTH * share, 1), told, treatment == reading.audit["decision"]["treatment"])
