"""What the numbers of an intervention may be, why they make no sense with some rows, and where they are looked for."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """The finite numbers that a parameter may be: at least `low` and at most `high`, or above and below them if `open`.

    Example:
        >>> str(Range(0.0)), str(Range(0.0, open=True)), str(Range(0.0, 1.0, open=True)), str(Range(0.0, 1.0))
        ('at least 0', 'above 0', 'above 0 and below 1', 'between 0 and 1')
    """

    low: float
    high: float = math.inf
    open: bool = False

    def __contains__(self, value: float) -> bool:
        inside = self.low < value < self.high if self.open else self.low <= value <= self.high
        return bool(inside and math.isfinite(value))

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"above {self.low:g}" if self.open else f"at least {self.low:g}"
        return f"above {self.low:g} and below {self.high:g}" if self.open else f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Problem:
    """Why a parameter makes no sense with the rows and steps of a study: what would, what it is, and what to do."""

    parameter: str
    expected: str
    found: str
    step: str


@dataclass(frozen=True)
class Search:
    """A parameter that is looked for on the tuning rows where a study does not declare it: what it is called, and the values
    tried.
    """

    called: str
    values: tuple[float, ...]
