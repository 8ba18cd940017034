"""The confirmation in words, and each hard limit drawn with the interval it was confirmed by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interplay.decision.bound import in_words, is_relative, side_of
from interplay.quantities import Scale, change_scale, level_scale, plural
from interplay.report.names import name
from interplay.report.reading import AuditReading
from interplay.report.sentences import listed

WIDTH, MARGIN = 300, 12
"""Width of a drawing, and the room left at each end."""

CAUSES = {
    "collapsed": "they give almost every row the same decision",
    "harm_shown": "they show a harm beyond the tolerance against the control",
    "no_better_than_constant": "they are not shown to be better than a model that always says the same",
    "not_measured": "they leave an aspect that the decision rested on without a number",
}
"""What fresh models did that keeps a decision from being confirmed, in words; limits are named one by one."""
STATUSES = {
    "admissible": ("kept", "none"),
    "inadmissible": ("broken", "worse"),
    "undecided": ("not settled", "unsure"),
}
"""What people call a status, and its tone."""


@dataclass(frozen=True)
class Mark:
    """A limit as drawn: where the declared line, the intervals, the estimate and the run's estimate lie."""

    declared: float
    kept_from: float
    kept_to: float
    deployed: tuple[float, float] | None
    interval: tuple[float, float] | None
    estimate: float | None
    earlier: float | None


def sentence(reading: AuditReading) -> str:
    """What the confirmation says, in one sentence; also that there was none."""
    found, chosen = reading.audit["confirmation"], reading.audit["decision"]["treatment"]
    if found is None:
        return (
            "The decision has not been confirmed: its numbers also chose it, so they flatter it."
            if chosen is not None
            else "There is no decision to confirm."
        )
    where = f"{plural(found['members'], 'fresh model')} on {plural(found['rows'], 'held-back row')}"
    who = reading.treatment(found["treatment"])
    if found["outcome"] == "stands":
        said = f"The decision for {who} stands: {where} {_keeps(found)}, and show no harm beyond a tolerance."
    else:
        said = f"The decision for {who} is not confirmed by {where}: {listed(_causes(reading, found))}."
    if found["unconfirmed"]:
        several = "are" if len(found["unconfirmed"]) > 1 else "is"
        said += f" What the run found on {listed(found['unconfirmed'])} {several} beyond a confirmation."
    moved = "" if found["treatment"] == chosen else " The audit now decides otherwise, and that is not confirmed."
    return said + moved


def scale(reading: AuditReading, key: str) -> Scale:
    """How values of a metric are written; plain numbers where the audit does not know it."""
    known = reading.metrics.get(key)
    return Scale(1, 3, "") if known is None else level_scale(known)


def limit_scale(reading: AuditReading, limit: Mapping[str, Any]) -> Scale:
    """How the numbers of a limit are written: distances from the control as differences, in the unit of the metric."""
    known = reading.metrics.get(limit["metric"])
    if known is None or not is_relative(limit["bound"]):
        return scale(reading, limit["metric"])
    return change_scale({**known, "relative": False})


def said(reading: AuditReading, limit: Mapping[str, Any], value: float | None = None) -> str:
    """A limit in words, as declared or with another value: 'at most 3.0 points below the control's'."""
    declared: float = limit["declared"] if value is None else value
    return in_words(limit["bound"], limit_scale(reading, limit).amount(declared))


def mark(limit: Mapping[str, Any]) -> Mark:
    """One limit on an axis of its own, which holds everything that is drawn."""
    ends = [
        limit["declared"],
        limit["low"],
        limit["high"],
        limit["earlier"],
        limit["estimate"],
        *(limit["deployed"] or ()),
    ]
    known = [end for end in ends if end is not None]
    low, high = min(known), max(known)
    room = (high - low) or abs(high) or 1.0
    low, high = low - 0.08 * room, high + 0.08 * room

    def place(value: float | None) -> float | None:
        return None if value is None else round(MARGIN + (value - low) / (high - low) * (WIDTH - 2 * MARGIN), 1)

    def pair(values: tuple[float | None, float | None]) -> tuple[float, float] | None:
        start, end = map(place, values)
        return None if start is None or end is None else (start, end)

    declared = place(limit["declared"]) or 0.0
    kept = (declared, WIDTH - MARGIN) if side_of(limit["bound"]) == "at_least" else (MARGIN, declared)
    return Mark(
        declared=declared,
        kept_from=float(kept[0]),
        kept_to=float(kept[1]),
        deployed=pair(tuple(limit["deployed"])) if limit["deployed"] else None,
        interval=pair((limit["low"], limit["high"])),
        estimate=place(limit["estimate"]),
        earlier=place(limit["earlier"]),
    )


def _keeps(found: Mapping[str, Any]) -> str:
    limits = len(found["limits"])
    if limits < 2:
        return "keep the hard limit" if limits else "had no hard limit to keep"
    return f"keep all {limits} hard limits"


def _causes(reading: AuditReading, found: Mapping[str, Any]) -> list[str]:
    limits = {
        "limit_broken": f"they break the limit on {_named(reading, found, 'inadmissible')}",
        "limit_not_settled": f"they do not settle the limit on {_named(reading, found, 'undecided')}",
    }
    return [limits.get(cause) or CAUSES[cause] for cause in found["causes"]]


def _named(reading: AuditReading, found: Mapping[str, Any], status: str) -> str:
    names = [reading.metric(limit["metric"]) for limit in found["limits"] if limit["status"] == status]
    return name(", ".join(dict.fromkeys(names)))
