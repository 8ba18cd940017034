"""How far a mean over members may be off, when members, rows and their combination all vary.

A value has a part that belongs to the member (its initialisation, its random half of the pool), a part that belongs to
the rows it is evaluated on, shared by all members, and a residual part: this member on these rows. With S members the
variance of the mean over members is

    member / S + row + residual / S

The spread over members at unit weights estimates (member + residual) / S, and the spread over row draws of the mean
over members estimates row + residual / S, so that their sum counts the residual part twice. The draws of single
members give it apart: (mean over members of Var_draw(value) - Var_draw(mean over members)) / (S - 1) = residual / S,
which is subtracted. Either spread alone is a lower bound for the truth, so the result never falls below the larger one.

Row draws are Bayesian bootstrap weights (independent exponentials) over all rows at once: test rows, pool rows a member
did not train on, and calibration rows. Hence the row part counts them all. It does not count the choice of the pool:
every statement is about recipes trained on halves of this pool.

One member alone is a model that somebody gives: it has no spread, its value is what is asked about, and the interval is that of
its rows. Such an interval says nothing of another model from the same recipe. A study of recipes has at least three members.

The error of the mean may be lopsided (see `interplay.statistics.skewness`). What rows do to it is in the draws; what
members do is estimated over many cells (see `interplay.statistics.variance_shrinkage`), since a few members cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
from scipy import special

from interplay.arrays import Array, Float
from interplay.statistics.behrens_fisher import BehrensFisher
from interplay.statistics.skewness import quantile_at, reach, third_moment
from interplay.statistics.student import density
from interplay.statistics.variance_shrinkage import Prior, fit

ONE_SIDED = 0.05
"""The error of each bound of an interval: both together make it a 90 % interval."""

POWER = 0.80

LEAST_MEMBERS, LEAST_DRAWS = 1, 3


@dataclass(frozen=True)
class Interval:
    """An estimate with its variance, the degrees of freedom of that variance, and where it comes from.

    `from_members` and `from_rows` are the two uncorrected parts, and `residual` what both of them hold. The freedom of
    the member part is `member_degrees`, that of the row part `row_degrees`. `error` is the chance that either bound is
    on the wrong side of the truth. A variance of exactly zero (the same value in every member and draw) makes the
    interval a point.

    `third_of_member` and `third_from_rows` are third central moments: of one member's value, and of the mean over other
    rows. `member_skewness` is that of one member's value, and 0 where no other cells tell it.
    """

    estimate: float
    from_members: float
    from_rows: float
    residual: float
    members: int
    member_degrees: float
    row_degrees: float
    third_of_member: float = 0.0
    third_from_rows: float = 0.0
    member_skewness: float = 0.0
    error: float = ONE_SIDED

    @cached_property
    def variance(self) -> float:
        """All three parts, the residual once."""
        return max(self.from_members + self.from_rows - self.residual, self.from_members, self.from_rows)

    @property
    def degrees(self) -> float:
        """The degrees of freedom of `variance` where one t stands for both errors (Satterthwaite, 1946)."""
        total, rows = self.variance, max(self.from_rows - self.residual, 0.0)
        if total == 0:
            return self.member_degrees
        if self.from_members == 0 and rows == 0:  # all of it is the combination of both: the smaller freedom holds
            return min(self.member_degrees, self.row_degrees)
        return 1 / ((self.from_members / total) ** 2 / self.member_degrees + (rows / total) ** 2 / self.row_degrees)

    @cached_property
    def standard_error(self) -> float:
        """The square root of the variance."""
        return sqrt(self.variance)

    @cached_property
    def errors(self) -> BehrensFisher:
        """The error of the members, and what the variance holds beyond it."""
        rows = self.row_degrees if self.from_rows > self.residual else min(self.row_degrees, self.member_degrees)
        return BehrensFisher(
            sqrt(self.from_members), self.member_degrees, sqrt(max(self.variance - self.from_members, 0.0)), rows
        )

    @cached_property
    def skewness(self) -> float:
        """The skewness of the error of the mean, of members and rows together."""
        members = self.member_skewness * self.from_members**1.5 / sqrt(self.members)
        return (members + self.third_from_rows) / self.variance**1.5 if self.variance > 0 else 0.0

    @cached_property
    def low(self) -> float:
        """The lower bound."""
        return self.estimate - self._reach(min(self.skewness, 0.0))

    @cached_property
    def high(self) -> float:
        """The upper bound."""
        return self.estimate + self._reach(max(self.skewness, 0.0))

    @property
    def member_spread(self) -> float:
        """The standard deviation of one member's value, the noise of the evaluated rows taken out."""
        return sqrt(self.members * max(self.from_members - self.residual, 0.0))

    @property
    def sign_settled(self) -> bool:
        """Whether the symmetric two-sided 95 % interval leaves out zero; either sign may be the wrong one."""
        return self.estimate != 0 and float(self.errors.sf(abs(self.estimate))) < ONE_SIDED / 2

    def p_above(self, threshold: float) -> float:
        """The p value against "at most `threshold`"; below `error` where the lower bound is above it."""
        return self._tail(self.estimate - threshold, min(self.skewness, 0.0))

    def p_below(self, threshold: float) -> float:
        """The p value against "at least `threshold`"; below `error` where the upper bound is below it."""
        return self._tail(threshold - self.estimate, max(self.skewness, 0.0))

    def chance_above(self, threshold: float) -> float:
        """P(the mean over members > `threshold` | data) with a flat prior."""
        return float(self.errors.sf(threshold - self.estimate))

    @property
    def one_more(self) -> tuple[float, float, float]:
        """The variance of one more member's value around the estimate: what members and what rows make of it, with the
        degrees of freedom of both together (Satterthwaite, 1946).
        """
        members, rows = self.member_spread**2 + self.from_members, self.variance - self.from_members
        parts = members**2 / self.member_degrees + max(self.from_rows - self.residual, 0.0) ** 2 / self.row_degrees
        least = min(self.member_degrees, self.row_degrees)
        return members, rows, (members + rows) ** 2 / parts if parts > 0 else least

    def chance_one_above(self, threshold: float) -> float:
        """P(the value of one more member > `threshold` | data) with a flat prior."""
        members, rows, freedom = self.one_more
        if members + rows == 0:
            return 1.0 if self.estimate > threshold else 0.0
        return 1 - _below(threshold - self.estimate, sqrt(members + rows), freedom)

    def excess(self, threshold: float) -> float:
        """The expectation of how far the mean over members lies above `threshold`, with a flat prior; 0 where below.

        excess = room * F(room / s) + s * (v + (room / s) ** 2) / (v - 1) * f(room / s)

        with room = estimate - threshold, s the standard error, F and f the distribution and density of t with v degrees
        of freedom, of which two are assumed where there are fewer (with one the expectation is infinite).
        """
        room, error, freedom = self.estimate - threshold, self.standard_error, max(self.degrees, 2.0)
        if error == 0:
            return max(room, 0.0)
        scaled = room / error
        tail = error * (freedom + scaled**2) / (freedom - 1) * float(density(scaled, freedom))
        return max(room * float(special.stdtr(freedom, scaled)) + tail, 0.0)

    @property
    def detectable(self) -> float:
        """How far beyond a threshold a value must lie to be shown above it with 80 % power."""
        return (self.quantile + float(special.stdtrit(self.degrees, POWER))) * self.standard_error

    def chance_settled(self, threshold: float, members: int) -> float:
        """The chance that with `members` in all a bound will have left `threshold`, on either side.

        then = from_members * (members now / members) + row part
        chance = P(|estimate + sqrt(variance - then) * Z - threshold| > z * sqrt(then))

        with Z standard normal and z the quantile of the bounds: what more members take off the variance is how far the
        estimate may still move, and the rows stay as they are.

        Reference: Lan, Simon and Halperin (1982) for stopping early by the conditional power.
        """
        fixed = max(self.from_rows - self.residual, 0.0)
        now = self.from_members + fixed
        then = self.from_members * min(self.members / members, 1.0) + fixed
        room, far = self.estimate - threshold, float(special.ndtri(1 - self.error)) * sqrt(then)
        moves = sqrt(max(now - then, 0.0))
        if moves == 0:
            return 1.0 if abs(room) > far else 0.0
        return float(special.ndtr((room - far) / moves) + special.ndtr((-room - far) / moves))

    def moderated(self, prior: Prior | None) -> "Interval":
        """The same with the spread over members drawn towards that of other cells; a point stays one."""
        if prior is None or self.variance == 0 or self.members == 1:
            return self
        variance, degrees = prior.moderated(self.members * self.from_members, self.members - 1.0)
        return replace(
            self, from_members=variance / self.members, member_degrees=degrees, member_skewness=prior.skewness
        )

    def turned(self, sign: float) -> "Interval":
        """That of the same values times +1 or -1."""
        if sign > 0:
            return self
        return replace(
            self,
            estimate=-self.estimate,
            third_of_member=-self.third_of_member,
            third_from_rows=-self.third_from_rows,
            member_skewness=-self.member_skewness,
        )

    def at(self, error: float) -> "Interval":
        """The same with another chance of error of each bound."""
        return self if error == self.error else replace(self, error=error)

    def _reach(self, skewness: float) -> float:
        return float(reach(self.quantile, skewness)) * self.standard_error

    @cached_property
    def quantile(self) -> float:
        """How many standard errors away both bounds lie where the error is symmetric."""
        return self.errors.kept_isf(self.error) / self.standard_error if self.variance > 0 else 0.0

    def _tail(self, distance: float, skewness: float) -> float:
        """The p value of an estimate that lies so far on this side of a threshold."""
        if self.variance == 0:
            return 0.0 if distance > 0 else 1.0
        return float(self.errors.sf(quantile_at(distance / self.standard_error, skewness) * self.standard_error))


def _below(distance: float, spread: float, degrees: float) -> float:
    """P(t * spread <= distance)."""
    if spread == 0:
        return 0.0 if distance < 0 else 1.0
    return float(special.stdtr(degrees, distance / spread))


def shared_spread(intervals: Sequence[Interval]) -> Prior | None:
    """What intervals of one kind together say of the spread and skewness of one member; None when they are too few.

    skewness = sum of third moments of a member / sum of moderated variances of a member ** 1.5
    """
    intervals = [one for one in intervals if one.members > 1]
    found = fit([one.members * one.from_members for one in intervals], [one.members - 1.0 for one in intervals])
    if found is None:
        return None
    moderated = [one.moderated(found) for one in intervals]
    cubed = sum((one.members * one.from_members) ** 1.5 for one in moderated)
    return replace(found, skewness=sum(one.third_of_member for one in intervals) / cubed)


def why_no_interval(values: Float[Array, "member draw"]) -> str:
    """Why `values` cannot have an interval; empty when they can."""
    members, draws = values.shape
    if members < LEAST_MEMBERS or draws < LEAST_DRAWS:
        return f"no interval from {members} members and {draws} row draws; at least 1 and 3 are needed"
    return "" if np.isfinite(values).all() else "a member has a value that is not finite"


def covariance_of_means(values: Float[Array, "quantity member"]) -> Float[Array, "quantity quantity"]:
    """What members make of the covariance of means over them: cov / members, and nothing where there is a single one.

    Example:
        >>> import numpy as np
        >>> covariance_of_means(np.array([[1.0, 3.0]])).tolist(), covariance_of_means(np.array([[1.0]])).tolist()
        ([[1.0]], [[0.0]])
    """
    quantities, members = values.shape
    return np.atleast_2d(np.cov(values)) / members if members > 1 else np.zeros((quantities, quantities))


def crossed_interval(values: Float[Array, "member draw"], support: int) -> Interval:
    """The interval of the mean over members, counting members, rows and their combination once each.

    variance = max(from_members + from_rows - residual, from_members, from_rows)

    with the parts of the module's text, `values` a value for each member and row draw (draw 0 with unit weights), and
    `support` the number of distinct rows behind them (of people, where people have several). The degrees of freedom are
    members - 1 for the members; for the rows the harmonic sum of draws - 1 and support - 1. A single member has no part of
    the variance, and its freedom is that of the rows. Exponential weights have twice the skewness that other rows have, so the
    third moment over the draws is halved.

    Needs a member and two draws beside draw 0, all finite, and raises `ValueError` otherwise.

    Reference: Owen and Eckles, 2012, "Bootstrapping data arrays of arbitrary order".

    Example:
        >>> import numpy as np
        >>> found = crossed_interval(np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]]), support=100)
        >>> found.estimate, found.variance, found.degrees
        (2.0, 1.0, 1.0)

    Does not show: what another pool of training rows would have given.
    """
    if reason := why_no_interval(values):
        raise ValueError(reason)
    return crossed_intervals(values[None], support)[0]


def crossed_intervals(values: Float[Array, "quantity member draw"], support: int) -> tuple[Interval, ...]:
    """`crossed_interval` of several quantities with the same support, whose values are known to have one."""
    _, members, draws = values.shape
    unit, drawn = values[:, :, 0], values[:, :, 1:]
    mean = drawn.mean(axis=1)
    from_rows = mean.var(axis=1, ddof=1)
    row_degrees = 1 / (1 / (draws - 2) + 1 / max(support - 1, 1))
    if members == 1:
        from_members = residual = third_of_member = np.zeros(len(values))
    else:
        from_members = unit.var(axis=1, ddof=1) / members
        residual = np.maximum(drawn.var(axis=2, ddof=1).mean(axis=1) - from_rows, 0.0) / (members - 1)
        third_of_member = third_moment(unit)
    numbers = (
        unit.mean(axis=1),
        from_members,
        from_rows,
        residual,
        third_of_member,
        third_moment(mean) / 2,
    )
    return tuple(
        Interval(
            estimate=estimate,
            from_members=of_members,
            from_rows=of_rows,
            residual=rest,
            members=members,
            member_degrees=members - 1.0 or row_degrees,
            row_degrees=row_degrees,
            third_of_member=third,
            third_from_rows=third_from_rows,
        )
        for estimate, of_members, of_rows, rest, third, third_from_rows in np.stack(numbers, axis=1).tolist()
    )
