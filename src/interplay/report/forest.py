"""The forest plot: each primary effect and its interval on one axis, in tolerances."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from interplay.aspects import DIRECTED_PAIRS
from interplay.report.reading import AuditReading, Effect, in_tolerances, numbered
from interplay.report.words import VERDICTS

WIDTH = 360
"""Width of the drawing."""
MARGIN = 14
"""Room at each end for an arrow."""
NEAREST, FARTHEST = 2.0, 6.0
"""The axis ends no nearer and no farther than this many tolerances."""


@dataclass(frozen=True)
class Axis:
    """An axis in tolerances from -reach to reach; what lies further is drawn at its end with an arrow."""

    reach: float

    def place(self, tolerances: float) -> float:
        """Where a change of this many tolerances lies.

        Example:
            >>> Axis(5.0).place(0.0), Axis(5.0).place(100.0)
            (180.0, 346.0)
        """
        held = min(self.reach, max(-self.reach, tolerances))
        return round(WIDTH / 2 + held / self.reach * (WIDTH / 2 - MARGIN), 1)


@dataclass(frozen=True)
class Bar:
    """One effect on the axis: where its interval and its estimate lie, and which ends run off the axis."""

    left: float
    right: float
    middle: float
    off_left: bool
    off_right: bool
    tone: str


@dataclass(frozen=True, eq=False)
class Line:
    """One row of the plot."""

    effect: Effect
    bar: Bar


@dataclass(frozen=True, eq=False)
class Block:
    """The rows of one directed pair."""

    source: str
    target: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, eq=False)
class Plot:
    """The whole plot: its axis and its blocks."""

    axis: Axis
    blocks: tuple[Block, ...]


def _ends(effect: Effect) -> tuple[float, float]:
    return in_tolerances(effect["low"], effect["tolerance"]), in_tolerances(effect["high"], effect["tolerance"])


def axis(effects: Sequence[Effect]) -> Axis:
    """An axis that holds nine in ten of the intervals."""
    farthest = sorted(max(abs(end) for end in _ends(effect)) for effect in effects)
    chosen = farthest[math.ceil(0.9 * len(farthest)) - 1] if farthest else NEAREST
    return Axis(min(FARTHEST, max(NEAREST, math.ceil(min(chosen, FARTHEST)))))


def _bar(effect: Effect, on: Axis) -> Bar:
    low, high = _ends(effect)
    middle = in_tolerances(effect["estimate"], effect["tolerance"])
    tone, off_left, off_right = VERDICTS[effect["verdict"]].tone, low < -on.reach, high > on.reach
    return Bar(on.place(low), on.place(high), on.place(middle), off_left, off_right, tone)


def _pair(effect: Effect) -> str:
    return str(effect["probe"]).partition("/")[0]


def primary(reading: AuditReading) -> list[Effect]:
    """The tuned primary effects that have a number (as applied, where nothing was tuned)."""
    known = [entry for entry in reading.audit["effects"] if entry["primary"] and numbered(entry)]
    return [entry for entry in known if entry["tuning"] == "tuned"] or known


def plot(reading: AuditReading) -> Plot:
    """The plot, one block for each directed pair that has primary effects, by the importance of its target."""
    effects = primary(reading)
    on = axis(effects)
    names = {f"{source}_to_{target}": (source, target) for source, target in DIRECTED_PAIRS}
    found: dict[tuple[str, str], list[Line]] = {}
    for effect in effects:
        found.setdefault(names.get(_pair(effect), ("", "")), []).append(Line(effect, _bar(effect, on)))

    def order(pair: tuple[str, str]) -> tuple[int, int]:
        return reading.rank(pair[1]), reading.rank(pair[0])

    return Plot(on, tuple(Block(*pair, tuple(found[pair])) for pair in sorted(found, key=order)))
