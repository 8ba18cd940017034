"""A dose-response curve: one metric over the strengths of one parameter, and its trend."""

from dataclasses import dataclass

from interplay.aspects import Aspect
from interplay.design.strength_scale import StrengthScale
from interplay.design.treatment import Treatment

LEVEL = 0.05
"""The expected share of false trends that is accepted among those told."""


@dataclass(frozen=True)
class Point:
    """One strength against the control, positive for the worse; without numbers `reason` says why."""

    strength: float
    treatment: Treatment
    estimate: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True)
class Trend:
    """The change along the fitted line from the smallest to the largest strength that has a number.

    `change`, `low` and `high` are positive where a larger strength is worse, in the metric's unit or as a ratio minus
    one. `rising_p` is the p value against "a larger strength is not worse", `falling_p` against "is not better", and
    `p_value` the two-sided one against no trend; `adjusted_p` is that after Benjamini and Hochberg over all trends of
    the study. `strengths` are those the line was fitted to. `settled` says whether every gap's direction is known.
    """

    strengths: tuple[float, ...]
    change: float
    low: float
    high: float
    standard_error: float
    degrees: float
    members: int
    rising_p: float
    falling_p: float
    p_value: float
    adjusted_p: float
    settled: bool

    @property
    def shown(self) -> bool:
        """Whether there is a trend, after correction."""
        return self.adjusted_p <= LEVEL


@dataclass(frozen=True)
class DoseCurve:
    """One headline metric (and gap) over the strengths of one parameter, on a scale of doublings or of units.

    `trend` is None where `reason` says why.
    """

    intervention: str
    parameter: str
    scale: StrengthScale
    target: Aspect
    metric: str
    contrast: str
    context: str
    tolerance: float
    points: tuple[Point, ...]
    trend: Trend | None
    reason: str = ""

    @property
    def moved(self) -> bool:
        """Whether the strength is shown to matter: a trend, or an interval wholly beyond the tolerance either way."""
        if self.trend is not None and self.trend.shown:
            return True
        ends = [(one.low, one.high) for one in self.points if one.low is not None and one.high is not None]
        return any(low > self.tolerance or high < -self.tolerance for low, high in ends)
