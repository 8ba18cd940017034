"""What a pooled membership attack achieves: receiver operating characteristics with weighted rows and a jackknife.

The scores of all members are pooled into one curve, since a single member has too few non-members to see a small
false-positive rate. The uncertainty over members comes from leaving each one out.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.metrics._histogram import histograms
from interplay.metrics._jackknife import pseudo_values


class Membership(Protocol):
    """Who was a member (`inside`), and which rows were attacked (`scored`)."""

    @property
    def inside(self) -> Bool[Array, "member row"]:
        """Which members trained on which rows."""

    @property
    def scored(self) -> Bool[Array, "member row"]:
        """Which rows have a score."""


Statistic = Callable[[Float[Array, "*any bin draw"], Float[Array, "*any bin draw"]], Float[Array, "*any draw"]]
"""From the weights of members' and of non-members' scores per bin (bins in increasing order) to a number per draw."""

EXACT_VALUES = 4096
"""Up to so many different scores every score is a bin of its own, and the curve is exact."""
_GRID = np.unique(np.concatenate([np.linspace(0.0, 1.0, 513), 1.0 - 0.05 * np.linspace(0.0, 1.0, 513)]))
_BUDGET = 4_000_000


def bin_numbers(
    scores: Float[Array, "member row"], pooled: Float[Array, " score"]
) -> tuple[Int[Array, "member row"], int]:
    """The bin of every score, in increasing order, and how many bins there are; equal scores share a bin.

    With many different scores the bins are quantiles of the pooled ones: 512 of them, and as many again in the top 5 %,
    where small false-positive rates are read.
    """
    edges = np.unique(pooled)
    if len(edges) > EXACT_VALUES:
        edges = np.unique(np.quantile(pooled, _GRID, method="higher"))
    return np.searchsorted(edges, scores, side="right"), len(edges) + 1


def area(inside: Float[Array, "*any bin draw"], outside: Float[Array, "*any bin draw"]) -> Float[Array, "*any draw"]:
    """The share of pairs of a member and a non-member in which the member's score is larger; a tie counts half."""
    below = np.cumsum(outside, axis=-2) - outside / 2
    pairs = inside.sum(axis=-2) * outside.sum(axis=-2)
    return np.asarray((inside * below).sum(axis=-2) / pairs)


def area_of_member(
    scores: Float[Array, " some"],
    positive: Bool[Array, " some"],
    counted: Bool[Array, " some"],
    weights: Float[Array, "draw some"],
) -> Float[Array, " draw"]:
    """The area under one member's own curve, for every draw of the row weights; equal scores count half."""
    places = np.unique(scores, return_inverse=True)[1]
    count = int(places.max()) + 1
    inside, outside = (
        histograms(places[None], (counted & side)[None].astype(np.float64), weights, count)[0]
        for side in (positive, ~positive)
    )
    return area(inside, outside)


def rate_at(false_positive_rate: float) -> Statistic:
    """The statistic "true-positive rate at this false-positive rate", on straight lines between points of the curve."""

    def statistic(
        inside: Float[Array, "*any bin draw"], outside: Float[Array, "*any bin draw"]
    ) -> Float[Array, "*any draw"]:
        true, false = _share_above(inside), _share_above(outside)
        last = (false <= false_positive_rate + 1e-12).sum(axis=-2, keepdims=True) - 1
        after = np.minimum(last + 1, false.shape[-2] - 1)
        low, high = np.take_along_axis(false, last, axis=-2), np.take_along_axis(false, after, axis=-2)
        start, end = np.take_along_axis(true, last, axis=-2), np.take_along_axis(true, after, axis=-2)
        step = np.where(high > low, (false_positive_rate - low) / np.where(high > low, high - low, 1.0), 0.0)
        return np.asarray((start + np.clip(step, 0.0, 1.0) * (end - start))[..., 0, :])

    return statistic


def pooled_sample(
    evidence: Evidence, scores: Float[Array, "member row"], memberships: Membership, statistic: Statistic
) -> Sample | NotMeasurable:
    """The pooled statistic as jackknife pseudo-values: their mean is the statistic, their spread gives its error.

    The pseudo-values are those of `interplay.metrics._jackknife`, whose mean is the pooled statistic itself: the bias
    correction of the usual ones makes a true-positive rate half as noisy again, which their spread would not show. Only
    scored rows count, with the row weights. A single member has the plain value.
    """
    scored, weights = memberships.scored, evidence.rows.weights
    pooled = scores[scored]
    if np.isnan(pooled).any():
        return NotMeasurable("some membership scores are not numbers")
    sides = [scored & memberships.inside, scored & ~memberships.inside]
    for side, who in zip(sides, ("members", "non-members"), strict=True):
        if not _remain(side, weights):
            return NotMeasurable(f"too few scored rows of {who} to attack")
    numbers, count = bin_numbers(scores, pooled)
    by_side = np.where(memberships.inside, numbers, numbers + count)  # the bins of members, then those of non-members
    at_once = max(1, _BUDGET // (len(scores) * count))
    values = []
    for start in range(0, len(weights), at_once):
        found = histograms(by_side, scored.astype(np.float64), weights[start : start + at_once], 2 * count)
        values.append(_pseudo_values(found[:, :count], found[:, count:], statistic))
    return Sample(np.concatenate(values, axis=1), evidence.rows.distinct(np.asarray(scored.any(axis=0))))


def exposure_sample(
    evidence: Evidence, scores: Float[Array, "member row"], memberships: Membership, false_positive_rate: float
) -> Sample | NotMeasurable:
    """The pooled true-positive rate at a false-positive rate, where there are enough non-members to show it."""
    count, needed = int((memberships.scored & ~memberships.inside).sum()), 1 / false_positive_rate
    if count < needed * (1 - 1e-9):
        return NotMeasurable(
            f"{count} non-member scores cannot show a false-positive rate of {false_positive_rate:g}; "
            f"at least {needed:.0f} are needed"
        )
    return pooled_sample(evidence, scores, memberships, rate_at(false_positive_rate))


def _pseudo_values(
    inside: Float[Array, "member bin draw"], outside: Float[Array, "member bin draw"], statistic: Statistic
) -> Float[Array, "member draw"]:
    all_inside, all_outside = inside.sum(axis=0), outside.sum(axis=0)
    whole = statistic(all_inside, all_outside)
    if len(inside) == 1:
        return whole[None]
    return pseudo_values(whole, statistic(all_inside - inside, all_outside - outside))


def _remain(side: Bool[Array, "member row"], weights: Float[Array, "draw row"]) -> bool:
    """Whether rows with weight are left in every draw, whichever member is left out."""
    totals = side @ weights.T
    left = totals if len(totals) == 1 else totals.sum(axis=0) - totals
    return bool((left > 1e-9 * totals.sum(axis=0)).all() and (totals.sum(axis=0) > 0).all())


def _share_above(amounts: Float[Array, "*any bin draw"]) -> Float[Array, "*any point draw"]:
    """The share in the topmost 0, 1, 2, ... bins."""
    from_top = np.cumsum(amounts[..., ::-1, :], axis=-2)
    none = np.zeros_like(from_top[..., :1, :])
    return np.asarray(np.concatenate([none, from_top], axis=-2) / from_top[..., -1:, :])
