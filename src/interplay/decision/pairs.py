"""The crossed intervals of all paired differences between candidates at once, without forming any of them.

Every part of `interplay.effects.interval.crossed_interval` is a variance, and the variance of a difference is

    var(a * x - b * y) = var(x) + var(y) - 2 * a * b * cov(x, y)    with a, b = +1 or -1

so that one matrix of covariances over the candidates serves all pairs and all signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import special

from interplay.arrays import Array, Float
from interplay.effects.moderation import Prior

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
class Intervals:
    """Estimates with their variances and degrees of freedom, as arrays; the fields are those of `Interval`."""

    estimate: Square
    from_members: Square
    from_rows: Square
    residual: Square
    members: Square
    member_degrees: Square
    row_degrees: Square

    @cached_property
    def standard_error(self) -> Square:
        """The square root of all three parts, the residual once."""
        whole = self.from_members + self.from_rows - self.residual
        return np.sqrt(np.maximum(np.maximum(whole, self.from_members), self.from_rows))

    @cached_property
    def degrees(self) -> Square:
        """Satterthwaite's degrees of freedom."""
        total, rows = self.standard_error**2, np.maximum(self.from_rows - self.residual, 0.0)
        parts = self.from_members**2 / self.member_degrees + rows**2 / self.row_degrees
        least = np.where(total > 0, np.minimum(self.member_degrees, self.row_degrees), self.member_degrees)
        return np.divide(total**2, parts, out=np.array(least, dtype=float), where=parts > 0)

    def p_above(self, threshold: Square | float) -> Square:
        """The p values against "at most `threshold`"."""
        room, error = threshold - self.estimate, self.standard_error
        scaled = np.divide(room, error, out=np.where(room < 0, -np.inf, np.inf), where=error > 0)
        return np.asarray(special.stdtr(self.degrees, scaled))

    def half_width(self, error: float) -> Square:
        """Half the length of the intervals with this chance of error of each bound."""
        return np.asarray(special.stdtrit(self.degrees, 1 - error)) * self.standard_error

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

    def differences(self, first: Square | float = 1.0, second: Square | float = 1.0) -> Intervals:
        """first[i, j] * i - second[i, j] * j for all pairs, with signs +1 or -1."""
        signs = np.broadcast_to(np.asarray(first * second, dtype=float), self.means.shape)
        spreads = [one.of_difference(signs) for one in (self.from_members, self.from_rows, self.single)]
        return self._intervals(first * self.means - second * self.means.T, *spreads)

    def own(self) -> Intervals:
        """The candidates themselves: i over the members it shares with j."""
        return self._intervals(self.means, self.from_members.own, self.from_rows.own, self.single.own)

    def _intervals(self, estimate: Square, from_members: Square, from_rows: Square, single: Square) -> Intervals:
        residual = np.maximum(single - from_rows, 0.0) / (self.members - 1)
        freedom = self.members - 1.0
        return Intervals(estimate, from_members, from_rows, residual, self.members, freedom, self.row_degrees)


def paired(values: Sequence[Float[Array, "member draw"]], supports: Sequence[int]) -> Paired:
    """The covariances of these candidates: a value for each member and row draw, draw 0 with unit weights.

    Needs two members and three draws each, equally many draws, and finite values. Pairs share the first members.

    Example:
        >>> import numpy as np
        >>> low, high = np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]]), np.array([[2.0, 2.0, 2.0], [6.0, 6.0, 6.0]])
        >>> found = paired([low, high], [100, 100]).differences()
        >>> float(found.estimate[1, 0]), float(found.standard_error[1, 0]), float(found.degrees[1, 0])
        (2.0, 1.0, 1.0)
    """
    counts, draws = np.array([len(one) for one in values]), values[0].shape[1]
    common = np.minimum.outer(counts, counts)
    found: list[Square] = [np.zeros(common.shape) for _ in range(7)]
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
    )


def _parts(values: Float[Array, "candidate member draw"]) -> list[Square]:
    """The means, and own and cross parts of the spread over members, of the rows and of the rows of single members."""
    members = values.shape[1]
    # Counted from the first value, so that a candidate whose values are all equal has a variance of exactly zero.
    first = values[:, :1, 0]
    plain, drawn = values[:, :, 0] - first, values[:, :, 1:] - first[:, :, None]
    alone = (drawn - drawn.mean(axis=2, keepdims=True)).reshape(len(values), -1)
    covariances = [
        np.atleast_2d(np.cov(plain)) / members,
        np.atleast_2d(np.cov(drawn.mean(axis=1))),
        alone @ alone.T / (members * (drawn.shape[2] - 1)),
    ]
    both = [part for one in covariances for part in (_in_rows(np.diag(one)), one)]
    return [_in_rows(values[:, :, 0].mean(axis=1)), *both]


def _in_rows(vector: Array) -> Square:
    return np.repeat(vector[:, None], len(vector), axis=1)
