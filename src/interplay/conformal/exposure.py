"""How much of a calibration row shows in the threshold, to somebody who knows all the others."""

import numpy as np

from interplay.arrays import Array, Float
from interplay.conformal.private_quantile import chances, noisy_rank, released
from interplay.conformal.quantile import threshold

_SLACK = 1e-12


def exposure(scores: Float[Array, " row"], miscoverage: float) -> Float[Array, " row"]:
    """For every calibration row whether the threshold would differ without it: 1 where it would, else 0.

    exposure(row) = 1 where threshold(all rows) differs from threshold(all rows but this one)

    An attacker who knows the other rows and sees the threshold is then certain whether the row was there. `scores` are the
    conformity scores of the calibration rows; `miscoverage` lies in (0, 1). Infinite thresholds do not differ.

    Reference: Angelopoulos et al. (2022), "Private prediction sets", section 1.

    Example:
        >>> exposure(np.array([0.1, 0.2, 0.3, 0.4]), 0.5).tolist()
        [0.0, 0.0, 1.0, 1.0]

    Does not show: what somebody learns who does not know the other rows; on average that is next to nothing.
    """
    if len(scores) < 2:  # without its only row a part has no finite threshold
        return np.isfinite(threshold(scores, miscoverage)).astype(np.float64)
    ranked = np.sort(scores)
    whole, lower, upper = (threshold(some, miscoverage)[0] for some in (ranked, ranked[:-1], ranked[1:]))
    # The threshold without a row is that without the largest where the row lies above it, else that without the smallest.
    return np.asarray(np.where(scores > lower, lower, upper) != whole, dtype=np.float64)


def private_exposure(
    scores: Float[Array, " row"], miscoverage: float, epsilon: float, bins: int
) -> Float[Array, " row"]:
    """The same for a threshold under differential privacy: how far its chances lie apart with the row and without it.

    exposure(row) = 1/2 * sum over edges of |chance(edge, all rows) - chance(edge, all rows but this one)|

    This total variation distance is the most that any attacker's true-positive rate can exceed its false-positive rate. It
    is at most (exp(epsilon) - 1) / (exp(epsilon) + 1).

    Reference: Angelopoulos et al. (2022), Algorithm 2; Kairouz et al. (2015), on hypothesis tests under a budget.

    Example:
        >>> scores = (np.arange(200) + 0.5) / 200
        >>> bool(private_exposure(scores, 0.1, 1.0, 50).max() < (np.e - 1) / (np.e + 1))
        True

    Does not show: what several thresholds of models of the same rows tell together.
    """
    count, edges = len(scores), np.arange(1, bins + 1) / bins
    ranks = [noisy_rank(n, miscoverage, epsilon, bins) for n in (count, count - 1)]
    if ranks[0] > count or ranks[1] > count - 1:
        return np.full(count, float((ranks[0] > count) != (ranks[1] > count - 1)))
    whole = chances(scores, ranks[0], epsilon, bins, np.ones((1, count)))[0]
    inside = scores[:, None] <= edges + _SLACK
    less = released(inside.sum(axis=0) - inside, ranks[1], epsilon)
    return np.asarray(0.5 * np.abs(whole - less).sum(axis=1))
