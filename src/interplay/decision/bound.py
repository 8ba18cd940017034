"""On which side of a value a hard limit lies, and whether that value is the control's."""

from typing import Literal

from interplay.study.model import LimitSection

Bound = Literal["at_least", "at_most", "at_most_below_control", "at_most_above_control"]
"""The first two limit the value of a deployed model, the others how far it is from that of the control."""

Side = Literal["at_least", "at_most"]

BOUNDS: tuple[Bound, ...] = ("at_least", "at_most", "at_most_below_control", "at_most_above_control")


def declared_bounds(limit: LimitSection) -> list[tuple[Bound, float]]:
    """Every bound that a limit declares, with its number.

    Example:
        >>> declared_bounds(LimitSection(metric="accuracy", at_least=0.8, at_most_below_control=0.03))
        [('at_least', 0.8), ('at_most_below_control', 0.03)]
    """
    values = [(bound, getattr(limit, bound)) for bound in BOUNDS]
    return [(bound, value) for bound, value in values if value is not None]


def is_relative(bound: Bound) -> bool:
    """Whether the limit is on the distance from the control."""
    return bound in ("at_most_below_control", "at_most_above_control")


def side_of(bound: Bound) -> Side:
    """The side on which the limited quantity lies: a distance from the control is limited from above."""
    return "at_least" if bound == "at_least" else "at_most"


def in_words(bound: Bound, amount: str) -> str:
    """A limit as sentences say it, without the metric.

    Example:
        >>> in_words("at_least", "80.0 %"), in_words("at_most_below_control", "3.0 points")
        ('at least 80.0 %', "at most 3.0 points below the control's")
    """
    side = side_of(bound).replace("_", " ")
    after = {"at_most_below_control": " below the control's", "at_most_above_control": " above the control's"}
    return f"{side} {amount}{after.get(bound, '')}"
