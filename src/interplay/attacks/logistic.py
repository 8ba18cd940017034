"""Logistic regression with a ridge penalty, by Newton's method."""

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Bool, Float, Int

_STEPS, _CLOSE, _RIDGE, _HALVINGS = 25, 1e-6, 1e-9, 20


def ridge_logistic(
    design: Float[Array, "row weight"], truth: Bool[Array, " row"], penalty: Float[Array, " weight"]
) -> Float[Array, " weight"]:
    """The weights with the largest penalised likelihood.

    argmax over weights of sum over rows of log P(truth) - sum of penalty * weights ** 2 / 2,
    P(true) = 1 / (1 + exp(-design . weights))

    Reference: Le Cessie and Van Houwelingen (1992), "Ridge estimators in logistic regression".

    Example:
        >>> design = np.column_stack([np.ones(4), [-1.0, -1.0, 1.0, 1.0]])
        >>> weights = ridge_logistic(design, np.array([False, True, False, True]), np.array([0.0, 1.0]))
        >>> bool(np.abs(weights).max() < 1e-9)
        True

    Does not show: intervals of the weights.
    """
    weights, ridge = np.zeros(design.shape[1]), np.diag(penalty)

    def loss(at: Float[Array, " weight"]) -> float:
        odds = design @ at
        return float((np.logaddexp(0.0, odds) - truth * odds).sum() + (penalty * at**2).sum() / 2)

    reached = loss(weights)
    for _ in range(_STEPS):
        chance = expit(design @ weights)
        slope = design.T @ (truth - chance) - ridge @ weights
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + ridge + _RIDGE * np.eye(len(ridge))
        step = np.linalg.solve(curve, slope)
        shorter = (
            step * 0.5**halved for halved in range(_HALVINGS)
        )  # where probabilities saturate a whole step overshoots
        step = next((tried for tried in shorter if loss(weights + tried) <= reached + _CLOSE), 0.0 * step)
        weights = weights + step
        reached = loss(weights)
        if np.abs(step).max() < _CLOSE:
            break
    return weights


def most_varied(rows: Float[Array, "row column"], most: int) -> Int[Array, " some"]:
    """The places of so many columns with the largest variance, in their order: weights for thousands would take minutes to find.

    Example:
        >>> most_varied(np.array([[0.0, 5.0, 1.0], [1.0, -5.0, 1.0]]), 2).tolist()
        [0, 1]
    """
    return np.sort(np.argsort(-rows.var(axis=0), kind="stable")[:most])


def standardised_design(
    rows: Float[Array, "row column"], like: Float[Array, "other column"]
) -> Float[Array, "row weight"]:
    """A column of ones, then the columns in standard deviations from the mean of `like`; constant ones are zero.

    Example:
        >>> standardised_design(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0], [3.0, 1.0]])).tolist()
        [[1.0, 1.0, 0.0]]
    """
    spread = like.std(axis=0)
    scaled = (rows - like.mean(axis=0)) / np.where(spread > 1e-9, spread, np.inf)
    return np.concatenate([np.ones((len(rows), 1)), scaled], axis=1)
