"""The risk register as a picture and as rows: five likelihoods by five severities, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interplay.quantities import plural
from interplay.report.reading import Audit, AuditReading

Risk = Mapping[str, Any]
"""One entry of the register's `risks`."""

SHOWN = 12
"""So many risks stand in the table; the others are folded."""

WIDTH, HEIGHT, LEFT, TOP = 780, 372, 128, 44
"""Of the picture, and what its labels take."""


@dataclass(frozen=True)
class Square:
    """One square of the picture: where it stands, its words, and how dark it is (1 to 5)."""

    x: float
    y: float
    words: str
    detail: str
    level: int
    score: int


@dataclass(frozen=True, eq=False)
class Board:
    """The picture: its squares, and the words along its sides with their places."""

    squares: tuple[Square, ...]
    likelihoods: tuple[tuple[str, float], ...]
    severities: tuple[tuple[str, float], ...]
    wide: float
    high: float
    spoken: str


def board(audit: Audit) -> Board:
    """The risks counted by likelihood (most likely on top) and severity (most severe on the right), weights left out."""
    part = audit["register"]
    upward, across = part["likelihoods"][::-1], part["severities"]
    wide, high = (WIDTH - LEFT) / len(across), (HEIGHT - TOP) / len(upward)
    squares, spoken = [], []
    for line, likelihood in enumerate(upward):
        for place, severity in enumerate(across):
            mine = [one for one in part["risks"] if (one["likelihood"], one["severity"]) == (likelihood, severity)]
            chosen = sum(one["chosen"] for one in mine)
            score = (len(upward) - line) * (place + 1)
            words = plural(len(mine), "risk") if mine else "none"
            detail = f"{chosen} with the chosen" if chosen else ""
            x, y = LEFT + place * wide, TOP + line * high
            squares.append(
                Square(x, y, words, detail, 1 + (score > 3) + (score > 7) + (score > 11) + (score > 15), score)
            )
            if mine:
                spoken.append(f"{words} {likelihood} and {severity}")
    return Board(
        tuple(squares),
        tuple((word, TOP + (line + 0.5) * high) for line, word in enumerate(upward)),
        tuple((word, LEFT + (place + 0.5) * wide) for place, word in enumerate(across)),
        wide,
        high,
        "; ".join(spoken) or "no risk",
    )


def share(groups: Sequence[Mapping[str, Any]]) -> str:
    r"""How many people are in the group that may be harmed.

    Example:
        >>> share([{"grouping": "race", "name": "black", "share": 0.0991}, {"share": 0.845}])
        '9.9\xa0% of all people'
    """
    return f"{100 * groups[0]['share']:.1f}\N{NO-BREAK SPACE}% of all people" if groups else ""


def chance(value: float | None) -> str:
    r"""A probability as people read it, never rounded to certainty.

    Example:
        >>> chance(0.9999), chance(0.42), chance(0.001), chance(None)
        ('over 99\xa0%', '42\xa0%', 'under 1\xa0%', 'not assessed')
    """
    if value is None:
        return "not assessed"
    if value > 0.99:
        return "over 99\N{NO-BREAK SPACE}%"
    return "under 1\N{NO-BREAK SPACE}%" if value < 0.01 else f"{100 * value:.0f}\N{NO-BREAK SPACE}%"


def source(reading: AuditReading, risk: Risk) -> str:
    """What a risk comes from, with what stands beside it."""
    beside = [name for name in reading.treatments[risk["treatment"]]["interventions"] if name not in risk["applied"]]
    applied = reading.interventions(risk["applied"]) or reading.treatment(risk["treatment"])
    return f"{applied} beside {reading.interventions(beside)}" if beside else applied


def answered(risks: Sequence[Risk]) -> int:
    """How many of these risks a person has decided about."""
    return sum(bool(one["person"]["risk_treatment"]) for one in risks)


def about(cells: Mapping[str, str]) -> str:
    """What a kept row was about, from the cells of the file that say so.

    Example:
        >>> about({"pair": "privacy_to_fairness", "metric": "accuracy_disparity/race", "owner": ""})
        'privacy to fairness, accuracy disparity/race'
    """
    said = (cells.get(name, "") for name in ("pair", "probe", "treatment", "metric", "contrast"))
    return ", ".join(text.replace("_", " ") for text in said if text)
