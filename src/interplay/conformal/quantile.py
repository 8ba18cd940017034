"""Conformal thresholds: the exact order statistic of held-out conformity scores, for weighted rows too."""

from math import ceil

import numpy as np

from interplay.arrays import Array, Float, Int

# Sums of weights and products carry rounding: without this slack 150 * (1 - 0.18), which is 123, asks for row 124.
_SLACK = 1e-12

FEW_ABOVE = 10
"""Where the threshold is one of the so many largest scores, its spread over draws is that of the beta law."""
_MORE = 2


def threshold(
    scores: Float[Array, " row"], miscoverage: float, weights: Float[Array, "draw row"] | None = None
) -> Float[Array, " draw"]:
    """The conformity score that a new row exceeds with probability at most `miscoverage`.

    threshold = the ceil((n + 1) * (1 - miscoverage))-th smallest of the n `scores`

    It is infinite when that number exceeds n, so that the sets hold every label. `scores` are those of the true labels
    of rows the model never saw; larger means a worse fit. With `weights`, scaled to sum to n in every draw, it is the
    smallest score at which the weights of all scores up to it reach (n + 1) * (1 - miscoverage); weights of one give
    the order statistic exactly. Without weights there is one draw. `miscoverage` lies in (0, 1).

    Reference: Vovk et al. (2005); Cresswell (2025), section 2.5, before Eq. 6.

    Example:
        >>> threshold(np.arange(1.0, 20.0), 0.05).tolist(), threshold(np.arange(1.0, 10.0), 0.1).tolist()
        ([19.0], [9.0])
        >>> threshold(np.arange(1.0, 9.0), 0.1).tolist()
        [inf]
        >>> threshold(np.array([1.0, 2.0, 3.0]), 0.5, np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 3.0]])).tolist()
        [2.0, 3.0]

    Does not show: the coverage of one draw of calibration rows. It varies around 1 - miscoverage as a beta variable
    does, by about sqrt(miscoverage * (1 - miscoverage) / n).
    """
    used = np.ones((1, len(scores))) if weights is None else weights
    return _threshold(scores, np.arange(len(scores)), miscoverage, used, used.sum(axis=1))


def rows_for(miscoverage: float) -> int:
    """The fewest calibration rows whose threshold is finite: below it, sets hold every label whatever the model says.

    rows_for = smallest n with (n + 1) * (1 - miscoverage) <= n, which is 1 / miscoverage - 1 rounded up

    `miscoverage` lies in (0, 1). Reference: Vovk et al. (2005).

    Example:
        >>> rows_for(0.1), rows_for(0.05), rows_for(0.5)
        (9, 19, 1)

    Does not show: how many rows make the coverage of one draw of calibration rows precise; that takes many more.
    """
    return ceil(1 / miscoverage - 1 - _SLACK / miscoverage)


def thresholds_by_group(
    scores: Float[Array, " row"],
    groups: Int[Array, " row"],
    count: int,
    miscoverage: float,
    weights: Float[Array, "draw row"] | None = None,
) -> Float[Array, "draw part"]:
    """One threshold for each of `count` groups, from the group's own rows, and a last one for rows without a group.

    `groups` holds codes from 0 to count - 1, and -1 where the group is missing. Indexing the parts with such codes
    works as it is: -1 takes the last part. A group with too few rows for its order statistic has an infinite threshold,
    so its sets hold every label. Other arguments as in `threshold`.

    Reference: Vovk et al. (2003), Mondrian confidence machine; Cresswell (2025), Eq. 8.

    Example:
        >>> scores, groups = np.arange(1.0, 6.0), np.array([0, 0, 0, 1, -1])
        >>> thresholds_by_group(scores, groups, 2, 0.4).tolist()
        [[3.0, inf, inf]]

    Does not show: equal set sizes. A group on which the model errs more gets larger sets.
    """
    used = np.ones((1, len(scores))) if weights is None else weights
    codes = [*range(count), -1]
    # One product for all groups, and no copy of the weights of a group.
    totals = used @ (groups[:, None] == np.array(codes)).astype(np.float64)
    parts = [
        _threshold(scores, np.flatnonzero(groups == code), miscoverage, used, totals[:, place])
        for place, code in enumerate(codes)
    ]
    return np.stack(parts, axis=1)


def thresholds_in_draws(
    scores: Float[Array, " row"],
    groups: Int[Array, " row"],
    count: int,
    miscoverage: float,
    weights: Float[Array, "draw row"],
    others: Float[Array, " other"],
    other_groups: Int[Array, " other"],
) -> Float[Array, "draw part"]:
    """`thresholds_by_group` of row draws, whose spread is that of new calibration rows however few lie above a threshold.

    Where a threshold is the k-th largest of n scores with k < 10, weights alone move it too little: it never moves above
    the largest score. It is then moved to where, of the scores of other held-out rows, so many lie at or below it:

    share(draw) = share of `others` <= threshold - s * (weight of the m largest scores / weight of all - m / n), m = k + 2

    That weight follows Beta(m, n - m) around m / n, and s is the ratio of the standard deviations of Beta(n + 1 - k, k),
    the law of the coverage of a k-th largest score, and of the former. Two scores more than lie above make the spread of
    differences between models less a matter of which one row is the largest. Draw 0 has unit weights and keeps its
    threshold. Groups without other rows, and those of which every row lies above, are left as they are.

    Reference: Vovk (2012), "Conditional validity of inductive conformal predictors", for the beta law; Rubin (1981).

    Example:
        >>> chance = np.random.default_rng(0)
        >>> weights = np.concatenate([np.ones((1, 19)), chance.exponential(size=(4000, 19))])
        >>> everyone, others = np.zeros(19, dtype=int), np.arange(1.0, 1000.0) / 1000
        >>> found = thresholds_in_draws(
        ...     np.arange(1.0, 20.0) / 20, everyone, 1, 0.05, weights, others, np.zeros(999, dtype=int))[:, 0]
        >>> float(found[0]), round(float(found.std()), 3), round(float(np.sqrt(19 / 20**2 / 21)), 3)
        (0.95, 0.044, 0.048)

    Does not show: where a threshold may lie above the largest of the other scores, so that its spread is a little small.
    """
    found = thresholds_by_group(scores, groups, count, miscoverage, weights)
    for part, code in enumerate([*range(count), -1]):
        mine, beside = groups == code, np.sort(others[other_groups == code])
        rank = int((mine.sum() + 1) * (miscoverage + _SLACK))  # among the largest scores
        if 0 < rank < min(FEW_ABOVE, mine.sum()) and len(beside):
            found[1:, part] = _moved(scores[mine], weights[1:, mine], rank, float(found[0, part]), beside)
    return found


def _moved(
    scores: Float[Array, " row"],
    weights: Float[Array, "draw row"],
    rank: int,
    fitted: float,
    beside: Float[Array, " other"],
) -> Float[Array, " draw"]:
    """A threshold in draws, by the beta law of the `rank`-th largest score; `beside` are other scores, sorted."""
    count, total = len(scores), weights.sum(axis=1)
    looked = min(rank + _MORE, count - 1)
    largest = weights[:, np.argsort(scores)[-looked:]].sum(axis=1)
    excess = largest / np.where(total > 0, total, 1.0) - looked / count
    size = _beta_variance(rank, count + 1) / _beta_variance(looked, count)
    share = np.searchsorted(beside, fitted, side="right") / len(beside) - size**0.5 * excess
    moved = beside[np.clip(np.ceil(share * len(beside) - _SLACK).astype(np.int64) - 1, 0, len(beside) - 1)]
    return np.where(share > 1.0, np.maximum(moved, fitted), moved)


def _beta_variance(part: int, total: int) -> float:
    """The variance of Beta(part, total - part)."""
    return part * (total - part) / (total**2 * (total + 1))


def _threshold(
    scores: Float[Array, " row"],
    rows: Int[Array, " some"],
    miscoverage: float,
    weights: Float[Array, "draw row"],
    total: Float[Array, " draw"],
) -> Float[Array, " draw"]:
    """The threshold of some rows whose weights add up to `total`."""
    count = len(rows)
    if count == 0:
        return np.full(len(weights), np.inf)
    falling = rows[np.argsort(scores[rows])[::-1]]
    # Compared without a division, so that a draw in which no row has weight reaches nothing.
    spare = total - (count + 1) * (1 - miscoverage - _SLACK) / count * total
    # Few rows lie above the threshold: the weights are added up from the top, until that is too much in every draw.
    expected = miscoverage * count
    looked = min(count, int(expected + 8 * expected**0.5) + 16)
    above = np.cumsum(weights[:, falling[:looked]], axis=1)
    while looked < count and not (above[:, -1] > spare).all():
        looked = min(count, 2 * looked)
        above = np.cumsum(weights[:, falling[:looked]], axis=1)
    place = np.minimum((above <= spare[:, None]).sum(axis=1), count - 1)
    return np.where((spare >= 0) & (total > 0), scores[falling[place]], np.inf)
