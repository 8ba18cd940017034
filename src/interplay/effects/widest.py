"""The largest gap between any two groups, with an interval that holds for all pairs at once, and what noise would show.

A maximum over groups is biased upward: groups that are treated alike differ in a finite sample, and the largest of
many such differences is larger still.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from interplay.arrays import Array, Float
from interplay.effects.interval import ONE_SIDED, Interval, crossed_interval
from interplay.effects.lopsided import reach
from interplay.estimates import Contrast, NotMeasurable, Sample

SIMULATED = 10_000
"""Draws of the joint distribution of all pairs."""


@dataclass(frozen=True)
class WidestGap:
    """The largest gap of the mean member: `estimate` between the groups of `pair`, simultaneous bounds `low` and `high`.

    `noise_alone` is what the mean of the members' own maxima would be if there were no gap at all, and `corrected` that
    mean less the bias, not below zero.
    """

    pair: str
    estimate: float
    low: float
    high: float
    noise_alone: float
    corrected: float


def widest_gap(sample: Sample) -> WidestGap | NotMeasurable:
    """The largest absolute gap between any two groups over all rates of a disparity.

    estimate = max over pairs of |mean over members of the gap|
    low, high = max over pairs of max(|gap| - q * s, 0), max over pairs of (|gap| + q * s)

    with s the crossed standard error of a pair, the bound on the side of the longer tail moved outward (see
    `interplay.effects.lopsided`), and q the 90 % quantile of the largest |t| over all pairs, simulated from
    the correlation of the pairs with the smallest of their degrees of freedom, so that [low, high] holds the largest
    true gap with 90 % probability or more. `noise_alone` is the mean, over members and row draws, of the largest gap
    after each group's rate is centred on its mean over the draws. `sample` needs contrasts; `NotMeasurable` otherwise.

    Reference: Hothorn, Bretz and Westfall (2008), "Simultaneous inference in general parametric models", section 3.

    Example:
        >>> gap = np.array([[0.10, 0.12, 0.08, 0.10], [0.14, 0.16, 0.12, 0.14]])
        >>> found = widest_gap(Sample(gap, 50, (Contrast("b against a", gap, 50),)))
        >>> found.pair, round(found.estimate, 2), found.low < 0.12 < found.high
        ('b against a', 0.12, True)

    Does not show: which of the two groups a model should move.
    """
    rates = list(_rates(sample.contrasts))
    pairs = [pair for rate in rates for pair in rate]
    if not pairs:
        return NotMeasurable("the sample has no gaps between groups")
    intervals = [crossed_interval(gap, support) for _, gap, support in pairs]
    quantile = _simultaneous([gap for _, gap, _ in pairs], intervals)
    sizes = np.array([abs(one.estimate) for one in intervals])
    bounds = [_bounds(one, quantile) for one in intervals]
    bias = _noise_alone(rates)
    return WidestGap(
        pair=pairs[int(sizes.argmax())][0],
        estimate=float(sizes.max()),
        low=max(0.0, *(low for low, _ in bounds)),
        high=max(high for _, high in bounds),
        noise_alone=bias,
        corrected=max(sample.mean - bias, 0.0),
    )


Pair = tuple[str, Float[Array, "member draw"], int]


def _rates(contrasts: Sequence[Contrast]) -> Iterator[list[Pair]]:
    """For every rate the gaps of all pairs of groups, from their gaps to the reference."""
    by_rate: dict[str, list[Contrast]] = {}
    for one in contrasts:
        rate, colon, _ = one.name.partition(": ")
        by_rate.setdefault(rate if colon else "", []).append(one)
    for rate, own in by_rate.items():
        found: list[Pair] = [(one.name, one.values, one.support) for one in own]
        for first, second in combinations(own, 2):
            prefix = f"{rate}: " if rate else ""
            name = f"{prefix}{_group(second, prefix)} against {_group(first, prefix)}"
            found.append((name, second.values - first.values, min(first.support, second.support)))
        yield found


def _group(contrast: Contrast, prefix: str) -> str:
    return contrast.name.removeprefix(prefix).rpartition(" against ")[0]


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
    members = len(gaps[0])
    plain = np.stack([gap[:, 0] for gap in gaps])
    drawn = np.stack([gap[:, 1:].mean(axis=0) for gap in gaps])
    both = np.atleast_2d(np.cov(plain)) / members + np.atleast_2d(np.cov(drawn))
    scale = np.sqrt(np.maximum(np.diag(both), 1e-30))
    return np.asarray(both / np.outer(scale, scale))


def _noise_alone(rates: Sequence[Sequence[Pair]]) -> float:
    """The mean largest gap of one member when only the noise of its rows is left."""
    centred = [gap[:, 1:] - gap[:, 1:].mean(axis=1, keepdims=True) for rate in rates for _, gap, _ in rate]
    return float(np.abs(np.stack(centred)).max(axis=0).mean())
