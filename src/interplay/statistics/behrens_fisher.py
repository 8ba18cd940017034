"""The error of a mean that has two sources, members and rows, each of which is known from its own few observations.

With `first` and `second` the two standard errors, estimated with v and w degrees of freedom, the truth lies at

    estimate - (first * t(v) + second * t(w))    with two independent Student's t

One t with degrees of freedom in between (Satterthwaite) is close to it near the middle. Far out, where hundreds of
comparisons are corrected for each other, it is too short: where members happen to agree it takes their spread, known
from four degrees of freedom, to be known from many.

Reference: Behrens (1929) and Fisher (1935), "The fiducial argument in statistical inference"; Robinson (1976),
"Properties of Student's t and of the Behrens-Fisher solution to the two means problem", for the error rates it keeps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import special

from interplay.arrays import Array, Float
from interplay.statistics.student import density

Values = Float[Array, "*values"] | float

FEW = 5
"""Below so many degrees of freedom the tails are long, and rules need more places."""

FINE, COARSE, ENDS = 0.10, 0.16, 4.4
"""Steps of the trapezoidal rule below and above `FEW`, and where it ends, before it is stretched."""

NEGLIGIBLE = 1e-18
"""Weights below this share of the largest are left out."""

HIGH, LOW = 60, 24
"""Degrees of the polynomial in the angle between both errors below and above `FEW`."""

CLOSE = 1e-5
"""After a step of Newton's method this small, in shares of the distance, the next would be a rounding."""


@dataclass(frozen=True, eq=False)
class BehrensFisher:
    """Two standard errors with their degrees of freedom; numbers, or arrays of one shape."""

    first: Values
    first_degrees: Values
    second: Values
    second_degrees: Values

    @property
    def whole(self) -> Array:
        """The standard error of both together."""
        return np.asarray(np.hypot(self.first, self.second))

    def sf(self, distance: Values) -> Array:
        """P(the error is larger than `distance`).

        Example:
            >>> alone, both = BehrensFisher(1.0, 4.0, 0.0, 50.0), BehrensFisher(0.6, 4.0, 0.8, 50.0)
            >>> round(float(alone.sf(2.132)), 3), round(float(both.sf(2.132)), 3)
            (0.05, 0.033)
        """
        found = self._averaged(distance, _tail)
        return np.where(self.whole > 0, np.minimum(found, 1.0), np.less(distance, 0))

    def isf(self, error: float) -> Array:
        """The distance that the error exceeds with this probability, below one half.

        Found by Newton's method on the logarithm of `sf`, from `near`.
        """
        found, some = self.isf_bound(error), self.whole > 0
        for _ in range(50):
            tail, slope = self._averaged(found, _tail), self._averaged(found, _slope)
            step = np.where(some, np.log(np.where(some, tail, 1.0) / error) * tail / slope, 0.0)
            found = found + step
            if np.all(np.abs(step) <= CLOSE * found):
                break
        return np.asarray(found)

    def isf_bound(self, error: Values) -> Array:
        """A distance close to the reach, and a little larger (see the function)."""
        return isf_bound(self.first, self.first_degrees, self.second, self.second_degrees, error)

    def kept_isf(self, error: float) -> float:
        """The reach of numbers, by a polynomial in the angle between both, kept for each pair of degrees and each error.

        Right to 1e-7 of its length at an error of 0.05, to 1e-4 at 0.001 and to 1e-3 at 0.0001.
        """
        unit = _unit_isf(float(self.first_degrees), float(self.second_degrees), error)
        return float(self.whole * unit(place_of(np.arctan2(self.second, self.first))))

    def _averaged(self, distance: Values, of: "Student") -> Array:
        """The mean of `of(v + w, distance / scale, scale)`, which is a t with v + w degrees of freedom at each share.

        The two errors are sqrt(first ** 2 * v / B + second ** 2 * w / (1 - B)) / sqrt(v + w) times such a t, with B the
        share of the first in the sum of both chi squares, a beta variable.
        """
        if np.ndim(self.first) == np.ndim(distance) == 0:
            shares = _shares(float(self.first_degrees), float(self.second_degrees))
            return shares.mean(np.asarray(self.first), np.asarray(self.second), np.asarray(distance), of)
        first, second, distances = np.broadcast_arrays(self.first, self.second, distance)
        found = np.zeros(first.shape)
        for degrees, at in self.by_degrees:
            places = np.broadcast_to(at, found.shape)
            found[places] = _shares(*degrees).mean(first[places], second[places], distances[places], of)
        return found

    @cached_property
    def by_degrees(self) -> list[tuple[tuple[float, float], Array]]:
        """Every pair of degrees of freedom with the places that have it."""
        firsts, seconds, _ = np.broadcast_arrays(self.first_degrees, self.second_degrees, self.first)
        return [
            ((first, second), (firsts == first) & (seconds == second))
            for first in np.unique(firsts).tolist()
            for second in np.unique(seconds[firsts == first]).tolist()
        ]


def isf_bound(first: Values, first_degrees: Values, second: Values, second_degrees: Values, error: Values) -> Array:
    """About the reach, a little large: sqrt(first ** 2 * q(v) ** 2 + second ** 2 * q(w) ** 2), with q the quantiles of t."""
    quantiles = special.stdtrit(first_degrees, 1 - error), special.stdtrit(second_degrees, 1 - error)
    return np.asarray(np.hypot(first * quantiles[0], second * quantiles[1]))


Student = Callable[[float, Array, Array], Array]
"""A function of degrees of freedom, a value of t and the scale of it."""


@dataclass(frozen=True, eq=False)
class _Shares:
    """Places and weights of an integral over the share of the first chi square, whose mean is that over a beta variable.

    At each place the variance is a ** 2 * `first` + b ** 2 * `second`, with a and b the two standard errors. The logit of
    the share is integrated over by the trapezoidal rule, whose error falls exponentially for a smooth function that
    vanishes at both ends.
    """

    degrees: float
    first: Float[Array, " place"]
    second: Float[Array, " place"]
    weights: Float[Array, " place"]

    def mean(self, a: Array, b: Array, distance: Array, of: Student) -> Array:
        """That of `of`."""
        scale = np.sqrt(a[..., None] ** 2 * self.first + b[..., None] ** 2 * self.second)
        scale = np.where(scale > 0, scale, 1.0)
        return np.asarray(of(self.degrees, distance[..., None] / scale, scale) @ self.weights)


@lru_cache(maxsize=4_096)
def _shares(v: float, w: float) -> _Shares:
    step = FINE if min(v, w) < FEW else COARSE
    places = np.arange(-ENDS, ENDS + step, step)
    stretch = 1.5 * np.sqrt(2 / v + 2 / w)
    logits, steps = np.log(v / w) + stretch * np.sinh(places), step * stretch * np.cosh(places)
    logs = v / 2 * special.log_expit(logits) + w / 2 * special.log_expit(-logits) - special.betaln(v / 2, w / 2)
    weights = np.exp(logs) * steps
    kept = weights > NEGLIGIBLE * weights.max()
    share, other = special.expit(logits[kept]), special.expit(-logits[kept])
    return _Shares(v + w, v / (share * (v + w)), w / (other * (v + w)), weights[kept])


@lru_cache(maxsize=4_096)
def _unit_isf(first_degrees: float, second_degrees: float, error: float) -> Chebyshev:
    """The reach of two errors that have a standard error of 1 together, by the place of the angle between them."""

    def at(place: Array) -> Array:
        angle = angle_at(place)
        return BehrensFisher(np.cos(angle), first_degrees, np.sin(angle), second_degrees).isf(error)

    degree = HIGH if min(first_degrees, second_degrees) < FEW else LOW
    return Chebyshev.interpolate(at, degree, domain=[0, np.pi / 2])


def place_of(angle: Array) -> Array:
    """Angles near either end lie further apart, where few degrees of freedom bend the reach."""
    return np.asarray(np.arcsin(np.sqrt(angle / (np.pi / 2))))


def angle_at(place: Array) -> Array:
    """The angle that has this place."""
    return np.asarray(np.pi / 2 * np.sin(place) ** 2)


def _tail(degrees: float, value: Array, _: Array) -> Array:
    return np.asarray(special.stdtr(degrees, -value))


def _slope(degrees: float, value: Array, scale: Array) -> Array:
    return density(value, degrees) / scale
