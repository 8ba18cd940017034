"""LiRA over members from sums: leaving the target out of its shadows is a subtraction."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata


def areas(margins: NDArray[np.float32], membership: NDArray[np.bool_]) -> list[float]:
    """Area under the curve of each member's attack, by normal log densities inside and outside."""
    values, inside = margins.astype(np.float64), membership.astype(np.float64)
    sums = [_sums(values, weight) for weight in (inside, 1.0 - inside)]
    result = []
    for target, members in enumerate(membership):
        value, weight = values[target], inside[target]
        log_inside = _log_density(value, sums[0], weight)
        log_outside = _log_density(value, sums[1], 1.0 - weight)
        result.append(_area(log_inside - log_outside, members))
    return result


def _sums(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count, sum and sum of squares over members, one row each."""
    return np.stack([weight.sum(axis=0), (weight * values).sum(axis=0), (weight * values * values).sum(axis=0)])


def _log_density(
    value: NDArray[np.float64], sums: NDArray[np.float64], own: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Normal log density without its constant, the target's own value taken out of the sums."""
    count = sums[0] - own
    mean = (sums[1] - own * value) / count
    variance = np.maximum((sums[2] - own * value * value) / count - mean * mean, 1e-12)
    return -0.5 * (value - mean) ** 2 / variance - 0.5 * np.log(variance)


def _area(values: NDArray[np.float64], members: NDArray[np.bool_]) -> float:
    """The share of pairs of a member and a stranger that are in the right order."""
    inside = int(members.sum())
    ranks = rankdata(values)[members].sum() - inside * (inside + 1) / 2
    return float(ranks / (inside * (len(members) - inside)))
