"""Moderated variances: the spread over members is borrowed from cells of the same metric.

With five members a variance is itself known to about a third. Treatments that are measured by the same metric, on the
same rows, have similar spreads; how similar is estimated, and every variance is drawn towards the common one as much as
that warrants. They also resemble each other in how lopsided members are, which few members cannot tell either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isinf

import numpy as np
from scipy import special

LEAST_CELLS = 4
"""Fewer variances say too little about how much variances differ."""


@dataclass(frozen=True)
class Prior:
    """What the other cells say of a variance: a value, and how many degrees of freedom it is worth.

    `cap` bounds the freedom of a moderated variance by that of all cells together. `skewness` is that of one member's
    value, common to the cells.
    """

    variance: float
    degrees: float
    cap: float
    skewness: float = 0.0

    @property
    def even(self) -> "Prior":
        """The same without skewness, for sums whose sign may be turned."""
        return replace(self, skewness=0.0)

    def moderated(self, variance: float, degrees: float) -> tuple[float, float]:
        """A variance with `degrees` of freedom drawn towards the common one, and its degrees of freedom.

        moderated = (prior degrees * prior variance + degrees * variance) / (prior degrees + degrees)

        Reference: Smyth (2004), "Linear models and empirical Bayes methods", section 3.

        Example:
            >>> Prior(variance=1.0, degrees=4.0, cap=100.0).moderated(4.0, 4.0)
            (2.5, 8.0)
        """
        if isinf(self.degrees):
            return self.variance, self.cap
        total = self.degrees + degrees
        pooled = (self.degrees * self.variance + degrees * variance) / total
        return pooled, min(total, max(self.cap, degrees))


def fit(variances: Sequence[float], degrees: Sequence[float]) -> Prior | None:
    """The common prior of variances with these degrees of freedom; None when there are too few of them.

    log(variance) scatters by trigamma(degrees / 2) from estimation alone; what it scatters beyond that is the real
    difference between cells, and gives the prior degrees d by trigamma(d / 2) = excess. Without excess all cells share
    one variance. Variances of exactly zero are left out: they are no estimates.

    The cells are taken as independent. Those of one audit share a control, so that their estimates resemble each other
    more than the truths do; `make calibrate` shows what that does to the verdicts.

    Reference: Smyth (2004), section 6.2.

    Example:
        >>> fit([1.0, 1.0, 1.0, 1.0], [4.0] * 4).degrees
        inf
        >>> fit([1.0, 2.0], [4.0, 4.0]) is None
        True
    """
    kept = [(variance, freedom) for variance, freedom in zip(variances, degrees, strict=True) if variance > 0]
    if len(kept) < LEAST_CELLS:
        return None
    squares, halves = np.array([one for one, _ in kept]), np.array([freedom for _, freedom in kept]) / 2
    logs = np.log(squares) - special.digamma(halves) + np.log(halves)
    excess = float(logs.var(ddof=1) - special.polygamma(1, halves).mean())
    cap = float(2 * halves.sum())
    if excess <= 0:
        return Prior(float(np.exp(logs.mean())), inf, cap)
    half = _inverse_trigamma(excess)
    return Prior(float(np.exp(logs.mean() + special.digamma(half) - np.log(half))), 2 * half, cap)


def _inverse_trigamma(value: float) -> float:
    """The x with trigamma(x) = value, by Newton's method on 1 / trigamma, which is convex and nearly linear."""
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    found = 0.5 + 1 / value
    for _ in range(50):
        trigamma = float(special.polygamma(1, found))
        step = trigamma * (1 - trigamma / value) / float(special.polygamma(2, found))
        found += step
        if abs(step) < 1e-10 * found:
            break
    return found
