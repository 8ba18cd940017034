"""A conformal threshold under differential privacy for the calibration rows: the exponential mechanism over fixed bins."""

import numpy as np

from interplay.arrays import Array, Float

SHARES = np.linspace(0.01, 0.99, 99)
"""How much of the miscoverage may be spent on the noise; the least costly one is taken, without a look at the scores."""


def noisy_rank(rows: int, miscoverage: float, epsilon: float, bins: int) -> float:
    """How many of the scores should lie below the threshold, so that sets under the noise keep their coverage.

    rank = min over g in (0, 1) of (rows + 1) * (1 - miscoverage) / (1 - g * miscoverage)
    + (2 / epsilon) * log(bins / (g * miscoverage))

    Above `rows` no threshold keeps the coverage, and the sets hold every label.

    Reference: Angelopoulos et al. (2022), "Private prediction sets", Algorithm 2.

    Example:
        >>> round(noisy_rank(239, 0.1, 3.0, 50), 1), noisy_rank(239, 0.1, 0.5, 50) > 239
        (223.1, True)

    Does not show: how large the sets are.
    """
    spent = SHARES * miscoverage
    ranks = (rows + 1) * (1 - miscoverage) / (1 - spent) + 2 / epsilon * np.log(bins / spent)
    return float(ranks.min())


def chances(
    scores: Float[Array, " row"], rank: float, epsilon: float, bins: int, weights: Float[Array, "draw row"]
) -> Float[Array, "draw bin"]:
    """The chance that each of the bins' upper edges is released.

    chance(edge) ~ exp(-epsilon / 2 * |number of scores <= edge - rank|),  edge = 1 / bins, 2 / bins, ..., 1

    Adding, removing or replacing a row changes the number of scores below an edge by at most one, so that the release is
    (epsilon, 0)-differentially private with respect to the calibration rows, their number being public. `scores` lie in
    [0, 1]; weights of a draw are scaled to add up to the number of rows.

    Reference: McSherry and Talwar (2007), "Mechanism design via differential privacy"; Angelopoulos et al. (2022).

    Example:
        >>> chances(np.array([0.1, 0.9]), 1.0, 2.0, 2, np.ones((1, 2))).round(3).tolist()
        [[0.731, 0.269]]

    Does not show: what a threshold by group would cost: every group's rows are its own, so budgets do not add up.
    """
    edges = np.arange(1, bins + 1) / bins
    shares = weights / weights.sum(axis=1, keepdims=True) * len(scores)
    below = shares @ (scores[:, None] <= edges + 1e-12)
    return released(below, rank, epsilon)


def released(below: Float[Array, "*any bin"], rank: float, epsilon: float) -> Float[Array, "*any bin"]:
    """The chance that each edge is released, from how many scores lie below it."""
    utility = -epsilon / 2 * np.abs(below - rank)
    likely = np.exp(utility - utility.max(axis=-1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=-1, keepdims=True))


def private_threshold(
    scores: Float[Array, " row"],
    miscoverage: float,
    epsilon: float,
    bins: int,
    weights: Float[Array, "draw row"],
    uniform: float,
) -> Float[Array, " draw"]:
    """The released threshold: the edge whose chances add up to `uniform`, the same number in every draw.

    Infinite where `noisy_rank` exceeds the rows.

    Reference: Angelopoulos et al. (2022), Algorithm 2.

    Example:
        >>> scores = (np.arange(1000) + 0.5) / 1000
        >>> private_threshold(scores, 0.1, 8.0, 50, np.ones((1, 1000)), 0.5).tolist()
        [0.9]

    Does not show: the guarantee itself; the exact ratio over neighbouring tables is in the tests.
    """
    rank = noisy_rank(len(scores), miscoverage, epsilon, bins)
    if rank > len(scores):
        return np.full(len(weights), np.inf)
    reached = np.cumsum(chances(scores, rank, epsilon, bins, weights), axis=1)
    return np.asarray((np.minimum((reached < uniform).sum(axis=1), bins - 1) + 1) / bins)
