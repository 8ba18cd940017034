"""The largest gap between any two groups, with an interval that holds for all pairs at once, and what noise would show.

A maximum over groups is biased upward: groups that are treated alike differ in a finite sample, and the largest of
many such differences is larger still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Float
from interplay.estimates import Contrast, NotMeasurable, Sample
from interplay.statistics.crossed_interval import ONE_SIDED, Interval, covariance_of_means, crossed_interval
from interplay.statistics.skewness import reach

SIMULATED = 10_000
"""Draws of the joint distribution of all pairs."""


@dataclass(frozen=True)
class LargestGap:
    """The largest gap of the mean member: `estimate` between the groups of `pair`, simultaneous bounds `low` and `high`.

    `noise_alone` is what the mean of the members' own maxima would be if there were no gap at all, and `corrected` that
    mean less what noise adds to gaps of about the size that was found, not below zero.
    """

    pair: str
    estimate: float
    low: float
    high: float
    noise_alone: float
    corrected: float


def largest_gap(sample: Sample) -> LargestGap | NotMeasurable:
    """The largest absolute gap between any two groups over all rates of a disparity.

    estimate = max over pairs of |mean over members of the gap|
    low, high = max over pairs of max(|gap| - q * s, 0), max over pairs of (|gap| + q * s)

    with s the crossed standard error of a pair, the bound on the side of the longer tail moved outward (see
    `interplay.statistics.skewness`), and q the 90 % quantile of the largest |t| over all pairs, simulated from
    the correlation of the pairs with the smallest of their degrees of freedom, so that [low, high] holds the largest
    true gap with 90 % probability or more. `noise_alone` is the mean, over members and row draws, of the largest gap
    after each gap is centred on its mean over the draws. Noise adds less to a gap that is there than to none:

    corrected = max(mean - (mean over members and draws of max over pairs |c * gap + noise| - c * mean), 0)

    with mean that of the members' own maxima, noise the centred draws, and c the share of the squared gaps that is not
    noise, for each rate: 1 - (mean variance over the draws) / (mean squared gap), 0 where that is negative (the shrinkage of
    James and Stein, 1961). Where one of many groups stands apart a little of the bias is left: of two groups none.
    `sample` needs gaps as contrasts; `NotMeasurable` otherwise.

    Reference: Hothorn, Bretz and Westfall (2008), "Simultaneous inference in general parametric models", section 3.

    Example:
        >>> gap = np.array([[0.10, 0.12, 0.08, 0.10], [0.14, 0.16, 0.12, 0.14]])
        >>> found = largest_gap(Sample(gap, 50, (Contrast("b", gap, 50, "a"),)))
        >>> found.pair, round(found.estimate, 2), found.low < 0.12 < found.high
        ('b against a', 0.12, True)

    Does not show: which of the two groups a model should move.
    """
    gaps = [one for one in sample.contrasts if one.kind == "gap"]
    if not gaps:
        return NotMeasurable("the sample has no gaps between groups")
    intervals = [crossed_interval(one.values, one.support) for one in gaps]
    quantile = _simultaneous([one.values for one in gaps], intervals)
    sizes = np.array([abs(one.estimate) for one in intervals])
    bounds = [_bounds(one, quantile) for one in intervals]
    values = np.stack([one.values for one in gaps])
    noise = values[:, :, 1:] - values[:, :, 1:].mean(axis=2, keepdims=True)
    return LargestGap(
        pair=gaps[int(sizes.argmax())].name,
        estimate=float(sizes.max()),
        low=max(0.0, *(low for low, _ in bounds)),
        high=max(high for _, high in bounds),
        noise_alone=float(np.abs(noise).max(axis=0).mean()),
        corrected=max(sample.mean - _bias(gaps, values[:, :, 0], noise), 0.0),
    )


def _bounds(gap: Interval, quantile: float) -> tuple[float, float]:
    """Those of the size of one gap."""
    size, lean = abs(gap.estimate), gap.skewness if gap.estimate >= 0 else -gap.skewness
    inward, outward = (float(reach(quantile, one)) for one in (min(lean, 0.0), max(lean, 0.0)))
    return size - inward * gap.standard_error, size + outward * gap.standard_error


def _simultaneous(gaps: Sequence[Array], intervals: Sequence[Interval]) -> float:
    """The quantile of the largest absolute t value over all pairs."""
    if len(gaps) == 1 or all(one.variance == 0 for one in intervals):
        return intervals[0].at(ONE_SIDED).quantile
    random, freedom, level = np.random.default_rng(0), min(one.degrees for one in intervals), 1 - 2 * ONE_SIDED
    normal = random.multivariate_normal(np.zeros(len(gaps)), _correlation(gaps), SIMULATED, method="svd")
    shared = np.sqrt(random.chisquare(freedom, SIMULATED) / freedom)
    return float(np.quantile(np.abs(normal).max(axis=1) / shared, level))


def _correlation(gaps: Sequence[Array]) -> Float[Array, "pair pair"]:
    plain = np.stack([gap[:, 0] for gap in gaps])
    drawn = np.stack([gap[:, 1:].mean(axis=0) for gap in gaps])
    both = covariance_of_means(plain) + np.atleast_2d(np.cov(drawn))
    scale = np.sqrt(np.maximum(np.diag(both), 1e-30))
    return np.asarray(both / np.outer(scale, scale))


def _bias(
    gaps: Sequence[Contrast], plain: Float[Array, "pair member"], noise: Float[Array, "pair member draw"]
) -> float:
    """How much noise adds to the mean of the members' largest gaps, where these are about as large as was found."""
    shrunk = _shares(gaps, plain, noise)[:, None] * plain
    return float(np.abs(shrunk[:, :, None] + noise).max(axis=0).mean() - np.abs(shrunk).max(axis=0).mean())


def _shares(
    gaps: Sequence[Contrast], plain: Float[Array, "pair member"], noise: Float[Array, "pair member draw"]
) -> Float[Array, " pair"]:
    """By pair, the share of the squared gaps of its rate that is not noise."""
    rates = np.array([one.rate for one in gaps])
    found = np.zeros(len(gaps))
    for rate in np.unique(rates):
        own = rates == rate
        squared, variance = float((plain[own] ** 2).mean()), float(noise[own].var(axis=2, ddof=1).mean())
        found[own] = max(1 - variance / squared, 0.0) if squared > 0 else 0.0
    return found
