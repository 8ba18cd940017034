"""The reach of two errors for many pairs of them at many levels, by one table for each pair of degrees of freedom.

A choice between candidates asks for the lower bounds of all their differences at every level that Sidak's correction can
come to. The reach over the distance where Newton's method starts is a smooth function of the angle between both errors
and of the level, and near 1: a polynomial in both is found from one round of tails, with no step of that method.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.polynomial import chebyshev

from interplay.arrays import Array, Float
from interplay.statistics.behrens_fisher import FEW, BehrensFisher, angle_at, isf_bound, place_of

TOP = 1 / 16
"""The largest error with a table; the rare larger ones are found one by one."""

LEVELS = 5
"""How many levels a table is found from."""


@dataclass(frozen=True)
class _Kind:
    """What the tables of few or many degrees of freedom need."""

    share: float
    """The smallest error of a table, as a share of its largest."""
    angles: int
    """How many angles it is found from."""


LONG_TAILS, SHORT_TAILS = _Kind(1 / 2, 61), _Kind(1 / 8, 21)


@dataclass(frozen=True, eq=False)
class IsfTable:
    """The distances that many errors exceed: `errors.reach`, but faster where many levels are asked for."""

    errors: BehrensFisher
    """Whose fields are arrays."""

    def at(self, error: float) -> Array:
        """The distances that are exceeded with this probability, below one half.

        Of its length each is right to 4e-6 at errors above 0.008 and to 1e-4 above 0.001 where both have five degrees of
        freedom or more. Between 0.001 and 0.008 it is right to 1e-3 with three or four, and with one, where the reach is
        tens of standard errors long, to 4 %.

        Example:
            >>> both = BehrensFisher(np.array([1.0, 0.6]), np.full(2, 15.0), np.array([0.0, 0.8]), np.full(2, 98.0))
            >>> IsfTable(both).at(0.05).round(4), both.isf(0.05).round(4)
            (array([1.7531, 1.6977]), array([1.7531, 1.6977]))
        """
        if error > TOP:
            return self.errors.isf(error)
        found = np.zeros(self.errors.whole.shape)
        for degrees, at in self.errors.by_degrees:
            first, second = np.asarray(self.errors.first)[at], np.asarray(self.errors.second)[at]
            found[at] = isf_bound(first, degrees[0], second, degrees[1], error)
        for degrees, at, of_angle in self._both:
            found[at] *= of_angle @ _table(*degrees, _panel(error, _kind(*degrees))).of_angle(error)
        return found

    @cached_property
    def _both(self) -> list[tuple[tuple[float, float], Array, Array]]:
        """Where neither error is zero, so that `near` is not exact: by degrees, with the polynomials of the angles."""
        found, (first, second) = [], np.broadcast_arrays(self.errors.first, self.errors.second)
        for degrees, places in self.errors.by_degrees:
            at = places & (first > 0) & (second > 0)
            if at.any():
                centred = place_of(np.arctan2(second[at], first[at])) * 4 / np.pi - 1
                found.append((degrees, at, _polynomials(centred, _kind(*degrees).angles)))
        return found


@dataclass(frozen=True, eq=False)
class _Table:
    """The ratio of the reach to `near`, as a Chebyshev series in the place of the angle and the logarithm of the error.

    `middle` and `half` are the middle and half the width of that logarithm.
    """

    middle: float
    half: float
    coefficients: Float[Array, "angle level"]

    def of_angle(self, error: float) -> Float[Array, " angle"]:
        """The coefficients of the series in the place of the angle at this error."""
        return np.asarray(self.coefficients @ _polynomials((np.log(error) - self.middle) / self.half, LEVELS))


@lru_cache(maxsize=1_024)
def _table(first_degrees: float, second_degrees: float, panel: int) -> _Table:
    """The tails at the near distances of some levels say of which levels they are the reach."""
    kind = _kind(first_degrees, second_degrees)
    middle, half = np.log(TOP) + (panel + 0.5) * np.log(kind.share), -np.log(kind.share) / 2
    levels = np.exp(middle + half * chebyshev.chebpts1(LEVELS))[:, None]
    places = chebyshev.chebpts1(kind.angles)
    angles = angle_at((places + 1) * np.pi / 4)
    errors = BehrensFisher(np.cos(angles), first_degrees, np.sin(angles), second_degrees)
    distances = errors.isf_bound(levels)
    tails = errors.sf(distances)
    ratios, found = distances / errors.isf_bound(tails), (np.log(tails) - middle) / half
    of_level = np.linalg.solve(chebyshev.chebvander(found.T, LEVELS - 1), ratios.T[:, :, None])[:, :, 0]
    of_place = 2 / kind.angles * _polynomials(places, kind.angles).T
    of_place[0] /= 2
    return _Table(float(middle), float(half), of_place @ of_level)


def _kind(first_degrees: float, second_degrees: float) -> _Kind:
    return LONG_TAILS if min(first_degrees, second_degrees) < FEW else SHORT_TAILS


def _panel(error: float, kind: _Kind) -> int:
    return int(np.log(error / TOP) / np.log(kind.share))


def _polynomials(place: Array | float, count: int) -> Array:
    """The first Chebyshev polynomials at a place from -1 to 1."""
    return np.cos(np.multiply.outer(np.arccos(np.clip(place, -1, 1)), np.arange(count)))
