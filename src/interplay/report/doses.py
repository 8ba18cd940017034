"""Dose and response as the report draws it: one small chart for each headline metric that a strength moves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interplay.quantities import Quantity, Scale, probability
from interplay.report.reading import AuditReading

Curve = Mapping[str, Any]
"""One curve of the audit's strengths."""

WIDTH, HEIGHT = 300, 170
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 12, 30
"""The margins around the plotted area."""


@dataclass(frozen=True)
class Dot:
    """One strength: where it lies, its estimate, and the ends of its interval."""

    across: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Tick:
    """A number beside an axis."""

    place: float
    text: str


@dataclass(frozen=True, eq=False)
class Chart:
    """One curve as a drawing: runs of neighbouring strengths that have numbers, and those without."""

    curve: Curve
    scale: Scale
    runs: tuple[tuple[Dot, ...], ...]
    absent: tuple[float, ...]
    zero: float
    limits: tuple[float, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    words: str

    def band(self, run: tuple[Dot, ...]) -> str:
        """The outline of the intervals of a run."""
        there = " ".join(f"{dot.across},{dot.high}" for dot in run)
        back = " ".join(f"{dot.across},{dot.low}" for dot in reversed(run))
        return f"M{there} {back}Z"

    def line(self, run: tuple[Dot, ...]) -> str:
        """The estimates of a run."""
        return "M" + " ".join(f"{dot.across},{dot.middle}" for dot in run)


@dataclass(frozen=True, eq=False)
class Doses:
    """One parameter: the charts of metrics that moved, and the curves of those that did not."""

    entry: Mapping[str, Any]
    title: str
    charts: tuple[Chart, ...]
    still: tuple[Curve, ...]


def doses(reading: AuditReading) -> tuple[Doses, ...]:
    """The section on strengths of an audit."""
    return tuple(
        Doses(
            entry,
            f"{reading.interventions([entry['intervention']])}, {entry['parameter'].replace('_', ' ')}",
            tuple(_chart(curve, entry, reading) for curve in entry["curves"] if curve["moved"]),
            tuple(curve for curve in entry["curves"] if not curve["moved"]),
        )
        for entry in reading.audit["strengths"]
    )


def trend_words(curve: Curve, entry: Mapping[str, Any], reading: AuditReading) -> str:
    """The trend in words: from 1 to 32, each doubling counting the same: 4.1 points lower (3.2 to 5.0), adjusted p <.001."""
    trend = curve["trend"]
    if trend is None:
        return str(curve["reason"])
    written = reading.written(curve)
    first, last = trend["strengths"][0], trend["strengths"][-1]
    kind = "each doubling counting the same" if entry["scale"] == "doublings" else "each unit counting the same"
    shown = "" if trend["shown"] else "; no trend is shown"
    change = written.measured(trend["change"], *sorted((trend["low"], trend["high"])))
    return f"from {first:g} to {last:g}, {kind}: {change}, adjusted p {probability(trend['adjusted_p'])}{shown}"


def _chart(curve: Curve, entry: Mapping[str, Any], reading: AuditReading) -> Chart:
    written = reading.written(curve)
    points = [_own(point, written) for point in curve["points"]]
    across = _across([point["strength"] for point in points], entry["scale"] == "doublings")
    numbered = [point for point in points if point["low"] is not None]
    ends = [0.0, *(point["low"] for point in numbered), *(point["high"] for point in numbered)]
    bottom, top = min(ends), max(ends)
    room = 0.06 * ((top - bottom) or 1.0)
    bottom, top = bottom - room, top + room
    scale = written.scale

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - bottom) / (top - bottom) * (HEIGHT - TOP - BOTTOM), 1)

    tolerance = written.own(curve["tolerance"])
    return Chart(
        curve=curve,
        scale=scale,
        runs=_runs(points, across, up),
        absent=tuple(place for point, place in zip(points, across, strict=True) if point["low"] is None),
        zero=up(0.0),
        limits=tuple(up(limit) for limit in (tolerance,) if bottom < limit < top),
        across=tuple(Tick(place, f"{point['strength']:g}") for point, place in zip(points, across, strict=True)),
        up=_ticks(min(ends), max(ends), up, scale),
        words=trend_words(curve, entry, reading),
    )


def _own(point: Mapping[str, Any], written: Quantity) -> Mapping[str, Any]:
    """A point in the metric's own direction."""
    if point["low"] is None:
        return point
    low, high = written.ends(point["low"], point["high"])
    return {**point, "estimate": written.own(point["estimate"]), "low": low, "high": high}


def _across(values: Sequence[float], doublings: bool) -> list[float]:
    places = [math.log2(value) if doublings else value for value in values]
    first, span = places[0], (places[-1] - places[0]) or 1.0
    return [round(LEFT + 8 + (place - first) / span * (WIDTH - LEFT - RIGHT - 16), 1) for place in places]


def _runs(points: Sequence[Mapping[str, Any]], across: Sequence[float], up: Any) -> tuple[tuple[Dot, ...], ...]:
    runs: list[list[Dot]] = [[]]
    for point, place in zip(points, across, strict=True):
        if point["low"] is None:
            runs.append([])
        else:
            runs[-1].append(Dot(place, up(point["low"]), up(point["estimate"]), up(point["high"])))
    return tuple(tuple(run) for run in runs if run)


def _ticks(low: float, high: float, up: Any, scale: Scale) -> tuple[Tick, ...]:
    """The ends and zero, those left out that would stand on another."""
    found: list[Tick] = []
    for value in (0.0, low, high):
        if all(abs(up(value) - one.place) >= 12 for one in found):
            found.append(Tick(up(value), scale.number(value, signed=True)))
    return tuple(found)
