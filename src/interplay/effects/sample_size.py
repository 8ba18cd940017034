"""Why a comparison stays open, and what would settle it."""

from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Literal

from scipy import special

from interplay.effects.contrast import Difference
from interplay.effects.wording import count, plain, tolerated
from interplay.quantities import Quantity

Cause = Literal["few members", "few rows", "small group", "near the tolerance"]
"""few members: the spread over members is the larger part of the error. few rows: the evaluated rows are.
small group: the rows of a group are. near the tolerance: the error is below the tolerance, and the effect lies within
the error of it."""

ALONE = 100
"""More than so many times of what there is counts as out of reach."""


@dataclass(frozen=True)
class Need:
    """How many members, or rows (of the group, where the comparison is between groups), would settle it.

    `count` None means that neither alone would, up to a hundred times of what there is. It assumes that the estimate
    stays where it is and that the other source of error does too.
    """

    thing: Literal["members", "rows"]
    have: int
    count: int | None
    group: str = ""


@dataclass(frozen=True)
class Undecided:
    """The cause, the need and both in words."""

    cause: Cause
    need: Need
    sentence: str


def what_would_settle(
    difference: Difference, tolerance: float, contrast: str, quantity: Quantity | None = None
) -> Undecided:
    """The larger source of uncertainty of an open comparison, and how many rows or members it would take.

    A comparison with an estimate e, a tolerance t and the one-sided quantile z of its bounds is settled when
    z * sqrt(members / a + rows / b) < |t - e|, with `members` and `rows` the two parts of its variance. The need is the
    smaller of the factors a (with b = 1) and b (with a = 1) that achieve this, times what there is. A bias that may be
    left shrinks as the error of the rows does, and is added to it.
    """
    found, allowed = difference.widest, difference.scaled(tolerance)
    quantile = float(special.ndtri(1 - found.error))
    members = max(found.from_members - found.residual, 0.0)
    rows = (sqrt(found.from_rows) + max(difference.bias) / quantile) ** 2
    target = ((allowed - found.estimate) / quantile) ** 2
    factors: dict[Literal["members", "rows"], float] = {
        "rows": rows / (target - members) if target > members else inf,
        "members": members / (target - rows) if target > rows and len(difference.values) > 1 else inf,
    }
    close = quantile * found.standard_error + max(difference.bias) < allowed
    cause: Cause
    if close:
        cause = "near the tolerance"
    elif rows >= members:
        cause = "small group" if contrast else "few rows"
    else:
        cause = "few members"
    thing = min(factors, key=lambda one: factors[one])
    if factors[thing] > ALONE:
        thing = "rows" if rows >= members else "members"
    have = difference.support if thing == "rows" else len(difference.values)
    needed = None if factors[thing] > ALONE else max(ceil(have * factors[thing]), have + 1)
    need = Need(thing, have, needed, contrast if thing == "rows" else "")
    return Undecided(cause, need, _sentence(cause, need, difference, tolerance, quantity))


def _sentence(cause: Cause, need: Need, difference: Difference, tolerance: float, quantity: Quantity | None) -> str:
    unsettled = "" if difference.settled else "the direction of the gap is not settled in every treatment; "
    limit = plain(tolerance, difference.relative) if quantity is None else tolerated(tolerance, quantity)
    opening = {
        "few members": "too few members",
        "few rows": "too few rows",
        "small group": "group too small",
        "near the tolerance": f"the estimate lies within its error of the tolerance of {limit}",
    }[cause]
    if need.count is None:
        return (
            f"{unsettled}{opening}: {need.have:,} {need.thing}, and more than {ALONE} times as many would not settle it "
            "at this estimate"
        )
    return f"{unsettled}{opening}: {need.have:,} {need.thing}, about {count(need.count)} would settle it"
