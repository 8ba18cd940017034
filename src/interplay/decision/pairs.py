"""The crossed intervals of all paired differences between candidates at once, without forming any of them.

Every part of `interplay.statistics.crossed_interval.crossed_interval` is a variance, and the variance of a difference is

    var(a * x - b * y) = var(x) + var(y) - 2 * a * b * cov(x, y)    with a, b = +1 or -1

so that one matrix of covariances over the candidates serves all pairs and all signs. So does one of third moments, for
how lopsided the error of the rows is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.statistics.behrens_fisher import BehrensFisher
from interplay.statistics.crossed_interval import ONE_SIDED, covariance_of_means
from interplay.statistics.isf_table import IsfTable
from interplay.statistics.skewness import quantile_at, reach, unbiased
from interplay.statistics.variance_shrinkage import Prior

Square = Float[Array, "candidate candidate"]

CANCELLED = 1e-12
"""A variance of a difference below this share of its terms is rounding, and the difference a point."""


@dataclass(frozen=True, eq=False)
class Spreads:
    """One kind of variance for all pairs: `own[i, j]` is that of i, and `cross[i, j]` the covariance of i and j.

    Where candidates have unequal members, both are over the members that i and j share.
    """

    own: Square
    cross: Square

    def of_difference(self, signs: Square) -> Square:
        """The variances of the differences whose product of signs is `signs`."""
        total = self.own + self.own.T
        found = total - 2 * signs * self.cross
        return np.where(found > CANCELLED * total, found, 0.0)


@dataclass(frozen=True, eq=False)
class Thirds:
    """Third central moments: `own[i, j]` is the mean of x_i ** 3, and `cross[i, j]` that of x_i ** 2 * x_j."""

    own: Square
    cross: Square

    def of_difference(self, first: Square | float, second: Square | float) -> Square:
        """Those of first[i, j] * i - second[i, j] * j, with signs +1 or -1."""
        return first * (self.own + 3 * self.cross.T) - second * (self.own.T + 3 * self.cross)


@dataclass(frozen=True, eq=False)
class Intervals:
    """Estimates with their variances and degrees of freedom, as arrays; the fields are those of `Interval`."""

    estimate: Square
    from_members: Square
    from_rows: Square
    residual: Square
    members: Square
    member_degrees: Square
    row_degrees: Square
    third_from_rows: Square

    @cached_property
    def standard_error(self) -> Square:
        """The square root of all three parts, the residual once."""
        whole = self.from_members + self.from_rows - self.residual
        return np.sqrt(np.maximum(np.maximum(whole, self.from_members), self.from_rows))

    def p_above(self, threshold: Square | float) -> Square:
        """The p values against "at most `threshold`"."""
        room, error = self.estimate - threshold, self.standard_error
        scaled = np.divide(room, error, out=np.zeros(room.shape), where=error > 0)
        found = self.errors.sf(quantile_at(scaled, self._leaning_down) * error)
        return np.asarray(np.where(error > 0, found, room <= 0))

    def low(self, error: float) -> Square:
        """The lower bounds with this chance of error each."""
        scale = self.standard_error
        quantiles = np.divide(self._reaches.at(error), scale, out=np.zeros(scale.shape), where=scale > 0)
        return self.estimate - reach(quantiles, self._leaning_down) * scale

    @property
    def sign_settled(self) -> Bool[Array, "candidate candidate"]:
        """Whether the symmetric two-sided 95 % interval leaves out zero."""
        return np.abs(self.estimate) > self._reaches.at(ONE_SIDED / 2)

    @cached_property
    def errors(self) -> BehrensFisher:
        """The errors of the members, and what the variances hold beyond them."""
        least = np.minimum(self.row_degrees, self.member_degrees)
        return BehrensFisher(
            first=np.sqrt(self.from_members),
            first_degrees=self.member_degrees,
            second=np.sqrt(np.maximum(self.standard_error**2 - self.from_members, 0.0)),
            second_degrees=np.where(self.from_rows > self.residual, self.row_degrees, least),
        )

    @cached_property
    def _reaches(self) -> IsfTable:
        return IsfTable(self.errors)

    @cached_property
    def _leaning_down(self) -> Square:
        """The skewness of the error where it is negative, so that the lower bound is the one that moves."""
        cubed = self.standard_error**3
        skewness = np.divide(self.third_from_rows, cubed, out=np.zeros(cubed.shape), where=cubed > 0)
        return np.minimum(skewness, 0.0)

    def row(self, place: int) -> "Intervals":
        """Those of one candidate against each, as one row."""
        return Intervals(**{one.name: getattr(self, one.name)[place] for one in fields(self)})

    def moderated(self, prior: Prior | None) -> "Intervals":
        """The same with the spread over members drawn towards a prior; a point stays one."""
        if prior is None:
            return self
        variance, degrees = np.zeros(self.members.shape), np.zeros(self.members.shape)
        for members in np.unique(self.members):
            at = self.members == members
            variance[at], degrees[at] = prior.moderated(members * self.from_members[at], float(members) - 1.0)
        kept = self.standard_error == 0
        return replace(
            self,
            from_members=np.where(kept, 0.0, variance / self.members),
            member_degrees=np.where(kept, self.member_degrees, degrees),
        )


@dataclass(frozen=True, eq=False)
class Paired:
    """The covariances of all candidates on one quantity, from which every paired difference follows.

    `means[i, j]` is the mean of i over the members it shares with j.
    """

    means: Square
    members: Square
    row_degrees: Square
    from_members: Spreads
    from_rows: Spreads
    single: Spreads
    thirds: Thirds

    def differences(self, first: Square | float = 1.0, second: Square | float = 1.0) -> Intervals:
        """first[i, j] * i - second[i, j] * j for all pairs, with signs +1 or -1."""
        signs = np.broadcast_to(np.asarray(first * second, dtype=float), self.means.shape)
        spreads = [one.of_difference(signs) for one in (self.from_members, self.from_rows, self.single)]
        thirds = self.thirds.of_difference(first, second)
        return self._intervals(first * self.means - second * self.means.T, thirds, *spreads)

    def own(self) -> Intervals:
        """The candidates themselves: i over the members it shares with j."""
        spreads = [one.own for one in (self.from_members, self.from_rows, self.single)]
        return self._intervals(self.means, self.thirds.own, *spreads)

    def _intervals(
        self, estimate: Square, thirds: Square, from_members: Square, from_rows: Square, single: Square
    ) -> Intervals:
        residual = np.maximum(single - from_rows, 0.0) / np.maximum(self.members - 1, 1)
        freedom = np.where(self.members > 1, self.members - 1.0, self.row_degrees)
        return Intervals(estimate, from_members, from_rows, residual, self.members, freedom, self.row_degrees, thirds)


def paired(values: Sequence[Float[Array, "member draw"]], supports: Sequence[int]) -> Paired:
    """The covariances of these candidates: a value for each member and row draw, draw 0 with unit weights.

    Needs a member and three draws each, equally many draws, and finite values. Pairs share the first members. Single members
    are given models, of which only the rows vary.

    Example:
        >>> import numpy as np
        >>> low, high = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]]), np.array([[2.0, 2.0, 2.0], [6.0, 6.0, 6.0]])
        >>> found = paired([low, high], [100, 100]).differences()
        >>> float(found.estimate[1, 0]), float(found.standard_error[1, 0]), float(found.member_degrees[1, 0])
        (2.0, 1.0, 1.0)
    """
    counts, draws = np.array([len(one) for one in values]), values[0].shape[1]
    common = np.minimum.outer(counts, counts)
    found: list[Square] = [np.zeros(common.shape) for _ in range(9)]
    for members in np.unique(counts):
        places = np.flatnonzero(counts >= members).tolist()
        stacked = np.stack([values[place][:members] for place in places])
        at = common[np.ix_(places, places)] == members
        for whole, part in zip(found, _parts(stacked), strict=True):
            block = whole[np.ix_(places, places)]
            block[at] = part[at]
            whole[np.ix_(places, places)] = block
    means, *spreads = found
    support = np.minimum.outer(supports, supports)
    return Paired(
        means=means,
        members=common.astype(float),
        row_degrees=1 / (1 / (draws - 2) + 1 / np.maximum(support - 1.0, 1.0)),
        from_members=Spreads(*spreads[0:2]),
        from_rows=Spreads(*spreads[2:4]),
        single=Spreads(*spreads[4:6]),
        thirds=Thirds(*spreads[6:8]),
    )


def _parts(values: Float[Array, "candidate member draw"]) -> list[Square]:
    """The means, and own and cross parts of the spread over members, of the rows and of the rows of single members, and
    of the third moments over rows.
    """
    members = values.shape[1]
    # Counted from the first value, so that a candidate whose values are all equal has a variance of exactly zero.
    first = values[:, :1, 0]
    plain, drawn = values[:, :, 0] - first, values[:, :, 1:] - first[:, :, None]
    alone = (drawn - drawn.mean(axis=2, keepdims=True)).reshape(len(values), -1)
    covariances = [
        covariance_of_means(plain),
        np.atleast_2d(np.cov(drawn.mean(axis=1))),
        alone @ alone.T / (members * (drawn.shape[2] - 1)),
    ]
    over_rows = drawn.mean(axis=1)
    centred = over_rows - over_rows.mean(axis=1, keepdims=True)
    covariances.append(centred**2 @ centred.T * unbiased(centred.shape[1]) / 2)
    both = [part for one in covariances for part in (_in_rows(np.diag(one)), one)]
    return [_in_rows(values[:, :, 0].mean(axis=1)), *both]


def _in_rows(vector: Array) -> Square:
    return np.repeat(vector[:, None], len(vector), axis=1)
