"""The forest plot: each primary effect and its interval on one axis, in tolerances."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from interplay.aspects import DIRECTED_PAIRS
from interplay.report.reading import Effect, Reading, in_tolerances
from interplay.report.words import VERDICTS

REACH = 5.0
"""The axis ends at this many tolerances; what lies further is drawn at the edge with an arrow."""
WIDTH = 360
"""Width of the drawing."""
MARGIN = 14


@dataclass(frozen=True)
class Bar:
    """One effect on the axis: where its interval and its estimate lie, and which ends run off the axis."""

    left: float
    right: float
    middle: float
    off_left: bool
    off_right: bool
    tone: str
    verdict: str


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


def place(tolerances: float) -> float:
    """Where a change of this many tolerances lies on the axis.

    Example:
        >>> place(0.0), place(100.0)
        (180.0, 346.0)
    """
    held = min(REACH, max(-REACH, tolerances))
    return round(WIDTH / 2 + held / REACH * (WIDTH / 2 - MARGIN), 1)


def _bar(effect: Effect) -> Bar:
    low = in_tolerances(effect["low"], effect["tolerance"])
    high = in_tolerances(effect["high"], effect["tolerance"])
    middle = in_tolerances(effect["estimate"], effect["tolerance"])
    tone = VERDICTS[effect["verdict"]].tone
    return Bar(place(low), place(high), place(middle), low < -REACH, high > REACH, tone, effect["verdict"])


def _pair(effect: Effect) -> str:
    return str(effect["probe"]).partition("/")[0]


def _lines(effects: Iterable[Effect]) -> tuple[Line, ...]:
    return tuple(Line(effect, _bar(effect)) for effect in effects)


def primary(reading: Reading) -> list[Effect]:
    """The tuned primary effects that have a number (as applied, where nothing was tuned)."""
    known = [entry for entry in reading.audit["effects"] if entry["primary"] and _numbered(entry)]
    return [entry for entry in known if entry["tuning"] == "tuned"] or known


def _numbered(effect: Effect) -> bool:
    return all(effect[end] is not None for end in ("estimate", "low", "high"))


def blocks(reading: Reading) -> list[Block]:
    """The plot, one block for each directed pair that has primary effects, by the importance of its target."""
    effects = primary(reading)
    found = []
    for source, target in sorted(DIRECTED_PAIRS, key=lambda pair: (reading.rank(pair[1]), reading.rank(pair[0]))):
        mine = [effect for effect in effects if _pair(effect) == f"{source}_to_{target}"]
        if mine:
            found.append(Block(source, target, _lines(mine)))
    others = [effect for effect in effects if not any(_pair(effect) == f"{a}_to_{b}" for a, b in DIRECTED_PAIRS)]
    return [*found, Block("", "", _lines(others))] if others else found


def ticks() -> list[dict[str, Any]]:
    """The marks of the axis."""
    labels = {-REACH: "5\N{MULTIPLICATION SIGN} better", 0: "no change", REACH: "5\N{MULTIPLICATION SIGN} worse"}
    return [{"place": place(at), "label": label} for at, label in labels.items()]
