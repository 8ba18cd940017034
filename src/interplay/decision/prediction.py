"""What one deployed model is expected to have: a value, the largest gap between any two groups, or the lowest of groups."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
from scipy import special

from interplay.arrays import Array, Float
from interplay.decision.bound import Side
from interplay.estimates import Kind, Sample
from interplay.statistics.crossed_interval import covariance_of_means, why_no_interval

SURE = 0.95
"""The probability that admits a candidate; one minus it, or less, rules it out."""

ROUNDING = 1e-7
"""Rounding must not bar a candidate whose limit is exactly the reachable one."""

SIMULATED = 4_000
"""Draws of the joint distribution of all contrasts."""

COARSE = 8
"""Every so many of them are used where the means move as well."""

AT_ONCE = 4_000_000
"""Numbers in memory where they do."""

Covariance = Float[Array, "part part"]


@dataclass(frozen=True, eq=False)
class Prediction:
    """The distribution of one deployed model: multivariate t around `means`.

    `between` is the covariance of models around their mean, `from_members` and `from_rows` that of the mean itself, the
    residual of members and rows in the first only. The limited quantity is the value itself where `kind` is None. The
    parts are otherwise contrasts of this kind: signed gaps of pairs of groups, of which the largest is limited, or
    values of the groups, of which the lowest or the highest is. `bias` says how far the means may lie below and above the
    truth; a limit is kept, and shown to be broken, only where it is at the worse end of it.
    """

    means: Float[Array, " part"]
    between: Covariance
    from_members: Covariance
    from_rows: Covariance
    member_degrees: float
    row_degrees: float
    kind: Kind | None = None
    bias: tuple[float, float] = (0.0, 0.0)

    @property
    def covariance(self) -> Covariance:
        """That of one deployed model around `means`, the error of `means` included."""
        return self.between + self.from_members + self.from_rows

    @property
    def widest(self) -> int:
        """The part that the quantity of the mean model is."""
        return int(self.means.argmin() if self.kind == "lowest" else self._sized(self.means).argmax())

    @property
    def mean(self) -> float:
        """The quantity of the mean model."""
        return float(self._quantity(self.means[None])[0])

    @property
    def between_members(self) -> float:
        """The standard deviation of deployed models in the widest part."""
        return sqrt(self.between[self.widest, self.widest])

    @property
    def error(self) -> float:
        """The standard error of the mean of the widest part."""
        return sqrt((self.from_members + self.from_rows)[self.widest, self.widest])

    @property
    def spread(self) -> float:
        """The standard deviation of one deployed model in the widest part, the error of the mean included."""
        return sqrt(self.covariance[self.widest, self.widest])

    @property
    def degrees(self) -> float:
        """Satterthwaite's degrees of freedom, the smallest over the parts."""
        members, rows = np.diag(self.between + self.from_members), np.diag(self.from_rows)
        least = min(self.member_degrees, self.row_degrees)
        noise = members**2 / self.member_degrees + rows**2 / self.row_degrees
        freedom = np.divide((members + rows) ** 2, noise, out=np.full(len(noise), least), where=noise > 0)
        return float(freedom.min())

    def chance(self, bound: Side, limit: float) -> float:
        """The probability that one deployed model keeps the limit."""
        limit = self._worse(bound, limit)
        if len(self.means) > 1:
            return float(_within(self._simulated, bound, limit).mean())
        return float(self._exact(bound, limit, self.means)[0])

    def as_much(self, limit: float) -> float:
        """The probability that a model whose largest gap is `limit` would show a gap as large as this one did.

        as_much = P(largest gap of (means * limit / mean + error) >= mean)

        with the error of `chance`: gaps in the proportions that were found, shrunk until the limit is kept. Of the lowest
        or highest of several groups all are moved by as much until it is kept, and as low or as high a value counts. It
        is 1 where the limit is kept. With several small groups the largest gap is wide whatever the model does, and the
        lowest value low, so that a low probability of keeping a limit is not yet evidence against it.
        """
        if (self.mean >= limit) if self.kind == "lowest" else (self.mean <= limit):
            return 1.0
        moved = self.means * (1 - limit / self.mean) if self.kind == "gap" else self.mean - limit
        shown = self._quantity(self._drawn - moved)
        return float((shown <= self.mean if self.kind == "lowest" else shown >= self.mean).mean())

    def refutes(self, bound: Side, limit: float) -> bool:
        """Whether one deployed model is shown to break the limit.

        It keeps it with probability 0.05 or less; and, of the largest or lowest of several, one that keeps it would hardly
        show as much.
        """
        if self.chance(bound, limit + sum(self.bias) * (1 if bound == "at_most" else -1)) > 1 - SURE + ROUNDING:
            return False
        biased = self.kind is not None and (bound == "at_least") == (self.kind == "lowest")
        return not biased or self.as_much(limit) <= 1 - SURE

    def chances(self, bound: Side, limit: float, moves: Float[Array, "draw part"]) -> Float[Array, " draw"]:
        """The same for every draw that moves the means.

        Where it is simulated, a draw whose answer is certain by the size of its move is not, and one that stays below
        0.95 at best has that best.
        """
        limit = self._worse(bound, limit)
        if len(self.means) == 1:
            return self._exact(bound, limit, self.means[0] + moves[:, 0])
        sure, reach = np.sort(self._simulated), np.abs(moves).max(axis=1)
        best, worst = (_kept_by(sure, bound, limit, reach * sign) for sign in (1, -1))
        near = np.flatnonzero((best >= SURE) & (worst < 1))
        found, some = best.copy(), self._drawn[::COARSE]
        at_once = max(1, AT_ONCE // some.size)
        for places in (near[start : start + at_once] for start in range(0, len(near), at_once)):
            quantities = self._quantity(some + moves[places, None, :])
            found[places] = _within(quantities, bound, limit).mean(axis=1)
        return found

    def quantile(self, level: float) -> float:
        """The value that one deployed model stays at or below with this probability; a bias that may be left is added."""
        return self._quantile(level) + (self.bias[0] if level >= 0.5 else -self.bias[1])

    def _worse(self, bound: Side, limit: float) -> float:
        """The limit that the values have to keep so that the truth keeps this one."""
        return limit - self.bias[0] if bound == "at_most" else limit + self.bias[1]

    def _quantile(self, level: float) -> float:
        if len(self.means) > 1:
            return float(np.quantile(self._simulated, level, method="higher" if level > 0.5 else "lower"))
        reach = abs(float(special.stdtrit(self.degrees, level))) * self.spread
        if self.kind != "gap":
            return float(self.means[0]) + (reach if level >= 0.5 else -reach)
        if self.spread == 0:
            return abs(float(self.means[0]))
        top = abs(float(self.means[0])) + self.spread * float(special.stdtrit(self.degrees, (1 + level) / 2))
        from scipy import optimize  # takes a tenth of a second, which a question about a finished run does not have

        found = optimize.brentq(lambda limit: self.chance("at_most", limit) - level, 0.0, top, xtol=1e-12)
        return float(found)

    def reachable(self, bound: Side, level: float = SURE) -> float:
        """The tightest limit that one deployed model keeps with this probability."""
        return self.quantile(level) if bound == "at_most" else self.quantile(1 - level)

    def with_more(self, members: float = 1.0, rows: float = 1.0) -> "Prediction":
        """The same at so many times the members and rows, the estimates staying where they are."""
        return replace(
            self,
            from_members=self.from_members / members,
            from_rows=self.from_rows / rows,
            member_degrees=(self.member_degrees + 1) * members - 1,
        )

    def _exact(self, bound: Side, limit: float, means: Float[Array, " draw"]) -> Float[Array, " draw"]:
        strictly = bound == "at_least"
        below = self._below(limit - means, strictly)
        if self.kind == "gap":
            below = below - self._below(-limit - means, not strictly)
        return np.clip(below if bound == "at_most" else 1 - below, 0.0, 1.0)

    def _below(self, room: Float[Array, " draw"], strictly: bool) -> Float[Array, " draw"]:
        if self.spread == 0:
            return np.asarray(room > 0 if strictly else room >= 0, dtype=float)
        return np.asarray(special.stdtr(self.degrees, room / self.spread))

    @cached_property
    def _simulated(self) -> Float[Array, " draw"]:
        return self._quantity(self._drawn)

    @cached_property
    def _drawn(self) -> Float[Array, "draw part"]:
        random, freedom = np.random.default_rng(0), self.degrees
        values, vectors = np.linalg.eigh(self.covariance)
        normal = random.standard_normal((SIMULATED, len(values))) * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        shared = np.sqrt(random.chisquare(freedom, (SIMULATED, 1)) / freedom)
        return self.means + normal / shared

    def _quantity(self, parts: Float[Array, "*any part"]) -> Float[Array, "*any"]:
        return np.asarray(parts.min(axis=-1) if self.kind == "lowest" else self._sized(parts).max(axis=-1))

    def _sized(self, parts: Float[Array, "*any part"]) -> Float[Array, "*any part"]:
        """Of gaps the sizes."""
        return np.abs(parts) if self.kind == "gap" else parts


def predict(sample: Sample) -> Prediction:
    """What one deployed model is expected to have.

    covariance = members * (from_members - residual) + from_members + (from_rows - residual)

    with the parts of `interplay.statistics.crossed_interval.crossed_interval`, as matrices over the contrasts of a disparity; the
    residual belongs to the evaluated rows and not to the deployed model, and is at most as large as either other part.
    A metric over groups is predicted from its contrasts, because the largest gap, or the lowest value, of a noisy sample
    is biased. With two groups and one rate the probabilities are exact, P(-limit <= gap <= limit) by t; otherwise from
    4,000 draws of a multivariate t with a fixed seed. A single member is the deployed model itself: only its rows vary. Raises
    `ValueError` for fewer than three draws.

    Reference: Geisser (1993), "Predictive inference", for the predictive t; Satterthwaite (1946) for its degrees.

    Example:
        >>> predict(Sample(np.array([[0.8, 0.8, 0.8], [0.9, 0.9, 0.9]]), 100)).chance("at_least", 0.85)
        0.5

    Does not show: the value on a population that differs from the evaluated rows.
    """
    parts = [one.values for one in sample.contrasts] or [sample.values]
    if reason := next(filter(None, map(why_no_interval, parts)), ""):
        raise ValueError(reason)
    # Counted from the first value, so that a point (a budget) keeps its value and a variance of exactly zero.
    first = np.stack(parts)[:, :1, :1]
    values = np.stack(parts) - first
    members, draws = values.shape[1:]
    from_members = covariance_of_means(values[:, :, 0])
    from_rows = _covariance(values[:, :, 1:].mean(axis=1))
    single = np.mean([_covariance(values[:, place, 1:]) for place in range(members)], axis=0)
    residual = _positive(single - from_rows) / max(members - 1, 1)
    most = np.minimum(np.diag(from_members), np.diag(from_rows))
    held = np.diag(residual)
    shrink = np.sqrt(np.minimum(np.divide(most, held, out=np.ones_like(held), where=held > 0), 1.0))
    residual = residual * np.outer(shrink, shrink)
    support = min((one.support for one in sample.contrasts), default=sample.support)
    row_degrees = 1 / (1 / (draws - 2) + 1 / max(support - 1, 1))
    return Prediction(
        means=first[:, 0, 0] + values[:, :, 0].mean(axis=1),
        between=members * _positive(from_members - residual),
        from_members=from_members,
        from_rows=_positive(from_rows - residual),
        member_degrees=members - 1.0 or row_degrees,
        row_degrees=row_degrees,
        kind=sample.contrasts[0].kind if sample.contrasts else None,
        bias=sample.bias,
    )


def _within(values: Array, bound: Side, limit: float) -> Array:
    return np.asarray(values <= limit if bound == "at_most" else values >= limit)


def _kept_by(ordered: Array, bound: Side, limit: float, room: Float[Array, " draw"]) -> Float[Array, " draw"]:
    """The share of these values, in ascending order, that keep a limit which is looser by `room`."""
    if bound == "at_most":
        return np.asarray(np.searchsorted(ordered, limit + room, side="right") / len(ordered))
    return np.asarray(1 - np.searchsorted(ordered, limit - room, side="left") / len(ordered))


def _covariance(values: Float[Array, "part case"]) -> Covariance:
    return np.atleast_2d(np.cov(values, ddof=1))


def _positive(matrix: Covariance) -> Covariance:
    """The nearest covariance: negative variances of combinations are estimates of zero."""
    if len(matrix) == 1:
        return np.maximum(matrix, 0.0)
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.maximum(values, 0.0) @ vectors.T)
