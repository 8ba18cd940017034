"""Joint effects as the report shows them: what is flagged, the overlay penalties, and the rest as a table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interplay.quantities import plural
from interplay.report.forest import FARTHEST, Axis, Bar
from interplay.report.reading import AuditReading, in_tolerances

Joint = Mapping[str, Any]
"""One entry of the audit's joint effects."""

DRAWN = 20
"""So many lines of a block are drawn; the others are in the table."""
LISTED = 600
"""With more joint effects than this only those of headline metrics are listed."""

TOGETHER = ("two_way", "three_way")
TONES = {"worse": "worse", "better": "better"}


@dataclass(frozen=True, eq=False)
class StackLine:
    """One joint effect and its bar."""

    effect: Joint
    bar: Bar


@dataclass(frozen=True, eq=False)
class StackBlock:
    """Joint effects of one kind: their lines, and how many more there are."""

    title: str
    lines: tuple[StackLine, ...]
    more: int


@dataclass(frozen=True, eq=False)
class Stack:
    """What the section shows: a sentence, blocks on one axis, and the table by metric."""

    sentence: str
    axis: Axis
    blocks: tuple[StackBlock, ...]
    listed: tuple[tuple[str, tuple[Joint, ...]], ...]
    left_out: int


def stack(reading: AuditReading) -> Stack:
    """The section on joint effects of an audit."""
    effects = reading.audit["joint"]["effects"]
    flagged = [one for one in effects if _flagged(one)]
    groups = (
        ("Together, against the sum of each", [one for one in flagged if one["kind"] in TOGETHER and not _whole(one)]),
        ("The whole stack, against the sum of each (overlay penalty)", _overlays(reading, effects)),
        ("Added last to all the others", [one for one in flagged if one["kind"] == "in_stack"]),
        ("Averaged over the other interventions", [one for one in flagged if one["kind"] == "main"]),
    )
    drawn = [(title, _sorted(found)) for title, found in groups if found]
    on = _axis([one for _, found in drawn for one in found[:DRAWN]])
    blocks = tuple(
        StackBlock(title, tuple(StackLine(one, _bar(one, on)) for one in found[:DRAWN]), max(len(found) - DRAWN, 0))
        for title, found in drawn
    )
    listed = [one for one in effects if len(effects) <= LISTED or reading.metrics[one["metric"]]["headline"]]
    return Stack(_sentence(effects), on, blocks, _by_metric(listed), len(effects) - len(listed))


def words(reading: AuditReading, effect: Joint) -> str:
    """What is contrasted: DP-SGD × reweighing, with the others off."""
    names = " \N{MULTIPLICATION SIGN} ".join(reading.called(effect["factors"]))
    if effect["kind"] == "overlay":
        names = reading.interventions(effect["factors"])
    place = {
        "main": ", on average",
        "in_stack": ", added last",
        "overlay": ", against the sum of each",
    }.get(effect["kind"], ", with the others off" if effect["at"] == "baseline" else "")
    alias = ", or ".join(" \N{MULTIPLICATION SIGN} ".join(reading.called(one)) for one in effect["aliases"])
    release = f", with {reading.interventions([effect['context']])}" if effect["context"] else ""
    return names + place + (f", or {alias}" if alias else "") + release


def _flagged(effect: Joint) -> bool:
    return effect["verdict"] in TONES


def _whole(effect: Joint) -> bool:
    """Whether a two-way contrast is the overlay of a stack of two."""
    return effect["kind"] == "two_way" and effect["at"] == "averaged" and effect["treatments"] == 4


def _overlays(reading: AuditReading, effects: Sequence[Joint]) -> list[Joint]:
    found = [one for one in effects if one["kind"] == "overlay" or _whole(one)]
    return [
        one
        for one in found
        if one["estimate"] is not None and (_flagged(one) or reading.metrics[one["metric"]]["headline"])
    ]


def _size(effect: Joint) -> float:
    return abs(in_tolerances(effect["estimate"], effect["threshold"]))


def _sorted(effects: Sequence[Joint]) -> list[Joint]:
    return sorted(effects, key=lambda one: (not _flagged(one), -_size(one)))


def _ends(effect: Joint) -> tuple[float, float]:
    return in_tolerances(effect["low"], effect["threshold"]), in_tolerances(effect["high"], effect["threshold"])


def _axis(effects: Sequence[Joint]) -> Axis:
    farthest = sorted(max(map(abs, _ends(one))) for one in effects)
    chosen = farthest[math.ceil(0.9 * len(farthest)) - 1] if farthest else 2.0
    return Axis(min(FARTHEST, max(2.0, math.ceil(min(chosen, FARTHEST)))))


def _bar(effect: Joint, on: Axis) -> Bar:
    low, high = _ends(effect)
    middle, tone = in_tolerances(effect["estimate"], effect["threshold"]), TONES.get(effect["verdict"], "none")
    return Bar(on.place(low), on.place(high), on.place(middle), low < -on.reach, high > on.reach, tone)


def _by_metric(effects: Sequence[Joint]) -> tuple[tuple[str, tuple[Joint, ...]], ...]:
    found: dict[str, list[Joint]] = {}
    for one in effects:
        found.setdefault(one["metric"], []).append(one)
    return tuple((metric, tuple(own)) for metric, own in found.items())


def _sentence(effects: Sequence[Joint]) -> str:
    tested = [one for one in effects if one["estimate"] is not None]
    if not tested:
        return "No joint contrast could be tested."
    joined = [one for one in tested if one["kind"] in (*TOGETHER, "overlay")]
    shown = [one for one in joined if _flagged(one)]
    worse = sum(one["verdict"] == "worse" for one in shown)
    opening = (
        f"{len(shown):,} of {plural(len(joined), 'joint contrast')}"
        if shown
        else f"None of {len(joined):,} joint contrasts"
    )
    said = (
        f"{opening} {'show' if len(shown) > 1 else 'shows'}, beyond twice the tolerance, that interventions together do "
        "something other than each of them alone, added up"
    )
    parts = f": {worse:,} for the worse, {len(shown) - worse:,} for the better" if shown else ""
    rest = [one for one in tested if one["kind"] not in (*TOGETHER, "overlay")]
    beyond = sum(map(_flagged, rest))
    more = (
        f" Of {plural(len(rest), 'effect')} averaged over the other interventions or added last to them, {beyond:,} "
        f"{'lies' if beyond == 1 else 'lie'} beyond it."
    )
    return f"{said}{parts}.{more}"
