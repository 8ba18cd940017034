"""LiRA over members: every member is the target once and the others are its shadows."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.metrics import roc_auc_score


def areas(margins: NDArray[np.float64], membership: NDArray[np.bool_]) -> list[float]:
    """Area under the curve of each member's attack, by normal log densities inside and outside."""
    return [
        float(roc_auc_score(membership[target], _ratios(margins, membership, target)))
        for target in range(len(membership))
    ]


def _ratios(margins: NDArray[np.float64], membership: NDArray[np.bool_], target: int) -> NDArray[np.float64]:
    others = np.arange(len(membership)) != target
    values, inside = margins[others], membership[others]
    log_inside = norm.logpdf(margins[target], *_moments(values, inside))
    log_outside = norm.logpdf(margins[target], *_moments(values, ~inside))
    return log_inside - log_outside


def _moments(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
    count = np.maximum(chosen.sum(axis=0), 1)
    mean = (values * chosen).sum(axis=0) / count
    variance = (np.square(values - mean) * chosen).sum(axis=0) / count
    return mean, np.sqrt(variance) + 1e-30
