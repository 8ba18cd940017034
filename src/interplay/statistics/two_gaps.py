"""Two gaps drawn together: how likely it is that one is larger than the other by more than an amount.

With a and b the gaps of two treatments, |a| - |b| is above an amount that is not negative exactly where

    a - b and a + b are both above it, or both below minus it

so that the difference and the sum are drawn, from the errors of both and how these go together. Looking at one sign of
each gap at a time would not do: where neither sign is known, the gap that shrank through zero and the one that grew on
the other side look alike.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt

import numpy as np
from scipy import special

from interplay.arrays import Array, Float
from interplay.statistics.crossed_interval import Interval, crossed_interval, crossed_intervals
from interplay.statistics.variance_shrinkage import Prior

POINTS = 2_048
"""Places of the fixed sample: the probabilities are right to about .001."""

STEP = 0.03
"""In the logarithm of degrees of freedom, whose draws are kept."""

Values = Float[Array, "member draw"]
Drawn = Float[Array, " point"]


@dataclass(frozen=True)
class TwoGaps:
    """The difference and the sum of two gaps, with the correlations of their errors over members and over rows."""

    difference: Interval
    total: Interval
    over_members: float
    over_rows: float

    def chance_above(self, amount: float) -> float:
        """P(|a| - |b| > `amount` | data) with a flat prior; members and rows each have a Student's t of their own.

        Example:
            >>> error = {"from_members": 0.0, "from_rows": 2 * 0.012**2, "residual": 0.0, "members": 16}
            >>> freedom = {"member_degrees": 15.0, "row_degrees": 1000.0}
            >>> apart = TwoGaps(Interval(0.04, **error, **freedom), Interval(0.0, **error, **freedom), 0.0, 0.0)
            >>> round(apart.chance_above(0.02), 2)  # gaps of +.02 and -.02, each with an error of .012
            0.11
        """
        ours, theirs = self.difference.errors, self.total.errors
        scales = (
            _scales(float(ours.first_degrees), 1),
            _scales(float(min(ours.second_degrees, theirs.second_degrees)), 2),
        )
        return self._chance(amount, *_of(self.difference, self.total), scales)

    def chance_one_above(self, amount: float) -> float:
        """The same of one more member of both treatments, whose gaps may have other signs than those of the means."""
        (members, rows, freedom), (members_there, rows_there, _) = self.difference.one_more, self.total.one_more
        scale = _scales(freedom, 1)
        return self._chance(amount, np.sqrt((members, members_there)), np.sqrt((rows, rows_there)), (scale, scale))

    def excess(self, amount: float) -> float:
        """The expectation of how far |a| - |b| lies above `amount`, with a flat prior; 0 where it lies below.

        With s the spread of the difference d that is left where the sum u is given, and m its mean there,

            E[(d - amount)+ - (d - u)+ | u > amount],    E(d - x)+ = (m - x) * F((m - x) / s) + s * f((m - x) / s)

        and the same with the signs of both turned; F and f are those of the normal distribution, over scaled draws.
        """
        scale = _scales(max(self.difference.degrees, 2.0), 1)
        members, rows = _of(self.difference, self.total)
        total, mean, spread = self._given_total(members, rows, (scale, scale))
        up = _above(mean - amount, spread) - _above(mean - total, spread)
        down = _above(-mean - amount, spread) - _above(total - mean, spread)
        return float(np.where(total > amount, up, np.where(total < -amount, down, 0.0)).mean())

    def moderated(self, prior: Prior | None) -> "TwoGaps":
        """The same with the spread over members drawn towards a prior."""
        return replace(self, difference=self.difference.moderated(prior), total=self.total.moderated(prior))

    def _chance(self, amount: float, members: Array, rows: Array, scales: tuple[Drawn, Drawn]) -> float:
        total, mean, spread = self._given_total(members, rows, scales)
        up, down = _below(mean - amount, spread), _below(-mean - amount, spread)
        return float(np.where(total > amount, up, np.where(total < -amount, down, 0.0)).mean())

    def _given_total(self, members: Array, rows: Array, scales: tuple[Drawn, Drawn]) -> tuple[Drawn, Drawn, Drawn]:
        """Draws of the sum, and the mean and spread of the difference at each."""
        first, second = (scale**2 for scale in scales)
        own = first * members[0] ** 2 + second * rows[0] ** 2
        whole = first * members[1] ** 2 + second * rows[1] ** 2
        common = first * self.over_members * members[0] * members[1] + second * self.over_rows * rows[0] * rows[1]
        normal = special.ndtri(_points()[0])
        slope = np.divide(common, whole, out=np.zeros(POINTS), where=whole > 0)
        total, off = self.total.estimate + np.sqrt(whole) * normal, np.sqrt(whole) * normal
        return total, self.difference.estimate + slope * off, np.sqrt(np.maximum(own - slope * common, 0.0))


def two_gaps(treated: Values, control: Values | None, support: int) -> TwoGaps:
    """The gaps of two treatments, signed and by member and row draw; `control` None stands for zero."""
    if control is None:
        alone = crossed_interval(treated, support)
        return TwoGaps(alone, alone, 1.0, 1.0)
    both = np.stack([treated - control, treated + control])
    difference, total = crossed_intervals(both, support)
    return TwoGaps(difference, total, _correlation(*both[:, :, 0]), _correlation(*both[:, :, 1:].mean(axis=1)))


def _of(first: Interval, second: Interval) -> tuple[Array, Array]:
    errors = first.errors, second.errors
    return np.array([one.first for one in errors]), np.array([one.second for one in errors])


def _correlation(first: Float[Array, " value"], second: Float[Array, " value"]) -> float:
    first, second = first - first.mean(), second - second.mean()
    spread = sqrt(float(first @ first) * float(second @ second))
    return float(first @ second) / spread if spread > 0 else 0.0


def _below(room: Drawn, spread: Drawn) -> Drawn:
    """P(an error with this spread is less than `room` short); a spread of zero leaves no doubt."""
    sure = spread <= 0
    return np.where(sure, room > 0, special.ndtr(room / np.where(sure, 1.0, spread)))


def _above(room: Drawn, spread: Drawn) -> Drawn:
    """The expectation of a normal variable with this mean and spread where it is positive, and 0 elsewhere."""
    sure = spread <= 0
    scaled = room / np.where(sure, 1.0, spread)
    density = np.exp(-(scaled**2) / 2) / np.sqrt(2 * np.pi)
    return np.where(sure, np.maximum(room, 0.0), room * special.ndtr(scaled) + spread * density)


def _scales(degrees: float, coordinate: int) -> Drawn:
    """sqrt(degrees / chi square), by which a normal variable becomes a Student's t; degrees are taken to the nearest 3 %,
    which moves no probability by .001.
    """
    return _scales_at(round(np.log(degrees) / STEP), coordinate)


@lru_cache(maxsize=1_024)
def _scales_at(step: int, coordinate: int) -> Drawn:
    degrees = np.exp(STEP * step)
    return np.asarray(np.sqrt(degrees / (2 * special.gammaincinv(degrees / 2, _points()[coordinate]))))


@lru_cache(maxsize=1)
def _points() -> Float[Array, "coordinate point"]:
    """Places that fill the unit cube evenly: multiples of the powers of 1 / x, x ** 4 = x + 1, without their whole part.

    Reference: Roberts (2018), "The unreasonable effectiveness of quasirandom sequences".
    """
    root = 1.2207440846057596
    steps = np.array([1 / root, 1 / root**2, 1 / root**3])[:, None]
    return np.asarray((0.5 + steps * np.arange(1, POINTS + 1)) % 1)
