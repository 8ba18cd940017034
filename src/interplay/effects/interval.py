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
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from interplay.arrays import Array, Float

TWO_SIDED = 0.90
"""The level of every interval, so that each bound is one-sided 95 %."""

POWER = 0.80

LEAST_MEMBERS, LEAST_DRAWS = 2, 3


@dataclass(frozen=True)
class Interval:
    """An estimate with its variance, the degrees of freedom of that variance, and where it comes from.

    `from_members` and `from_rows` are the two uncorrected parts, and `residual` what both of them hold. A variance of
    exactly zero (the same value in every member and draw) makes the interval a point.
    """

    estimate: float
    variance: float
    degrees: float
    from_members: float
    from_rows: float
    residual: float

    @property
    def standard_error(self) -> float:
        """The square root of the variance."""
        return sqrt(self.variance)

    @property
    def half_width(self) -> float:
        """Half the length of the 90 % interval."""
        return self._quantile((1 + TWO_SIDED) / 2) * self.standard_error

    @property
    def low(self) -> float:
        """The lower one-sided 95 % bound."""
        return self.estimate - self.half_width

    @property
    def high(self) -> float:
        """The upper one-sided 95 % bound."""
        return self.estimate + self.half_width

    def p_above(self, threshold: float) -> float:
        """The p value against "at most `threshold`"; small when the value is larger."""
        if self.variance == 0:
            return 0.0 if self.estimate > threshold else 1.0
        return float(special.stdtr(self.degrees, (threshold - self.estimate) / self.standard_error))

    @property
    def detectable(self) -> float:
        """How far beyond a threshold a value must lie to be shown above it with 80 % power."""
        return (self._quantile((1 + TWO_SIDED) / 2) + self._quantile(POWER)) * self.standard_error

    def _quantile(self, level: float) -> float:
        return float(special.stdtrit(self.degrees, level))


def why_no_interval(values: Float[Array, "member draw"]) -> str:
    """Why `values` cannot have an interval; empty when they can."""
    members, draws = values.shape
    if members < LEAST_MEMBERS or draws < LEAST_DRAWS:
        return f"no interval from {members} members and {draws} row draws; at least 2 and 3 are needed"
    return "" if np.isfinite(values).all() else "a member has a value that is not finite"


def crossed_interval(values: Float[Array, "member draw"], support: int) -> Interval:
    """The interval of the mean over members, counting members, rows and their combination once each.

    variance = max(from_members + from_rows - residual, from_members, from_rows)

    with the parts of the module's text, `values` a value for each member and row draw (draw 0 with unit weights), and
    `support` the number of distinct rows behind them. The degrees of freedom are Satterthwaite's: members - 1 for the
    members; for the rows the harmonic sum of draws - 1 and support - 1.

    Needs two members and two draws beside draw 0, all finite, and raises `ValueError` otherwise.

    Reference: Owen and Eckles, 2012, "Bootstrapping data arrays of arbitrary order"; Satterthwaite, 1946.

    Example:
        >>> import numpy as np
        >>> found = crossed_interval(np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 3.0]]), support=100)
        >>> found.estimate, found.variance, found.degrees
        (2.0, 1.0, 1.0)

    Does not show: what another pool of training rows would have given.
    """
    if reason := why_no_interval(values):
        raise ValueError(reason)
    members, draws = values.shape
    from_members = float(values[:, 0].var(ddof=1)) / members
    from_rows = float(values[:, 1:].mean(axis=0).var(ddof=1))
    single = float(values[:, 1:].var(axis=1, ddof=1).mean())
    residual = max(single - from_rows, 0.0) / (members - 1)
    variance = max(from_members + from_rows - residual, from_members, from_rows)
    degrees = _degrees(from_members, max(from_rows - residual, 0.0), variance, members, draws - 1, support)
    return Interval(float(values[:, 0].mean()), variance, degrees, from_members, from_rows, residual)


def _degrees(from_members: float, from_rows: float, total: float, members: int, draws: int, support: int) -> float:
    if total == 0:
        return float(members - 1)
    rows = 1 / (1 / (draws - 1) + 1 / max(support - 1, 1))
    if from_members == 0 and from_rows == 0:  # all of it is the combination of both: the smaller freedom holds
        return min(float(members - 1), rows)
    return 1 / ((from_members / total) ** 2 / (members - 1) + (from_rows / total) ** 2 / rows)
