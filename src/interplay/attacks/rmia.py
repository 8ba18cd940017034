"""The robust membership attack: a row is compared with rows of the population, by members and by each other's models."""

from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.errors import InterplayError

LOWEST_OFFSET = -700.0
"""Log-probabilities this far (nats) below the largest of their row count as this far: exp(-700) is still a number."""


@dataclass(frozen=True, eq=False)
class RmiaScores:
    """Membership scores between 0 and 1, larger = more likely a member, meaningful only where `scored`."""

    scores: Float[Array, "member row"]
    scored: Bool[Array, "member row"]


def scores(
    log_probabilities: Float[Array, "member row"],
    inside: Bool[Array, "member row"],
    population: Float[Array, "member other"],
    at_least: float = 1.0,
) -> RmiaScores:
    """The share of population rows that the row beats in a likelihood-ratio test, for every target and row at once.

    score(x) = share of population rows z with ratio(x) / ratio(z) >= at_least
    ratio(x) = p(x; target) / ((mean of p(x) over references inside + mean of p(x) over references outside) / 2)
    ratio(z) = p(z; target) / (mean of p(z) over references)

    where p is the probability of the true label, given as logs in `log_probabilities` and `population` (nats). The
    references are all other members, `inside` and outside by whether they trained on x; the target itself counts
    nowhere. No member trained on a row of the population. Weighing the two sides alike is what the paper does with as
    many references on either, and keeps a row with many references inside from looking less exposed. The score of a
    target is a rank among one and the same population, so scores of all members may be pooled. The paper uses
    `at_least` 1 to 2; at 1 models that memorise little are still ranked.

    A row is scored for a target when it has a reference on both sides and the target has a row of the population to
    compare with. A log-probability that is not finite is left out as a reference, of the population, and not scored as
    a target: the rules of LiRA. Rows and models that are all alike tie exactly.

    Raises InterplayError when the population is empty or `at_least` is not positive.

    Reference: Zarifzadeh, Liu and Shokri (2024), the online attack.

    Example:
        >>> seen = np.log([[0.8], [0.8], [0.4], [0.4]])
        >>> inside = np.array([[True], [True], [False], [False]])
        >>> others = np.log([[0.5, 0.9], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
        >>> scores(seen, inside, others).scores.ravel().tolist()  # 0.8 / 0.6 lies between 0.5 / 0.5 and 0.9 / 0.5
        [0.5, 1.0, 0.0, 0.0]

    Does not show: what a stronger attack finds. With few population rows, the rows that beat them all are tied.
    """
    if population.shape[1] == 0 or not at_least > 0:
        found = f"{population.shape[1]} rows and {at_least}"
        raise InterplayError("population rows, and a ratio above 0", found, "RMIA", "keep rows out of all training")
    logs, others = np.asarray(log_probabilities, dtype=np.float64), np.asarray(population, dtype=np.float64)
    usable, known = np.isfinite(logs), np.isfinite(others)
    within, has_within = _mean_of_others(logs, usable & inside, usable)
    without, has_without = _mean_of_others(logs, usable & ~inside, usable)
    expected, has_others = _mean_of_others(others, known, known)
    ratios = _offsets(logs, usable) - np.log(np.where(has_within & has_without, within + without, 2.0) / 2)
    compared = _offsets(others, known) - np.log(np.where(has_others, expected, 1.0))
    against = known & has_others
    scored = usable & has_within & has_without & against.any(axis=1, keepdims=True)
    shares = np.zeros(ratios.shape)
    for target in np.flatnonzero(scored.any(axis=1)):
        sorted_ratios = np.sort(compared[target, against[target]])
        beaten = np.searchsorted(sorted_ratios, ratios[target] - np.log(at_least), side="right")
        shares[target] = beaten / len(sorted_ratios)
    return RmiaScores(np.where(scored, shares, 0.0), scored)


def _offsets(logs: Float[Array, "member some"], usable: Bool[Array, "member some"]) -> Float[Array, "member some"]:
    """Log-probabilities less the largest of their row: probabilities that are alike stay at exactly zero."""
    largest = np.where(usable, logs, -np.inf).max(axis=0)
    offsets = np.subtract(logs, largest, where=usable, out=np.zeros(logs.shape))
    return np.asarray(np.maximum(offsets, LOWEST_OFFSET))


def _mean_of_others(
    logs: Float[Array, "member some"], counted: Bool[Array, "member some"], usable: Bool[Array, "member some"]
) -> tuple[Float[Array, "member some"], Bool[Array, "member some"]]:
    """The mean probability, over the largest of its row, of the counted members but the target; and whether any is."""
    others = 1.0 - np.eye(len(logs))
    count = others @ counted
    # A product with ones adds the others up; taking the target off a total would leave rounding errors.
    total = others @ np.where(counted, np.exp(_offsets(logs, usable)), 0.0)
    return total / np.maximum(count, 1.0), count > 0
