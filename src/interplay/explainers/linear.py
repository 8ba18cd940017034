"""The linear model of the same scale: what the explanations of a model are held against.

An explainer that sees bins describes even a linear model in part only, and any model the better the flatter its score.
Neither says how well a model can be explained. So each model has a linear one beside it that is as steep.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from interplay.arrays import Array, Float
from interplay.explainers.outputs import Outputs, Points

_NOTHING = 1e-10
"""Directions in which columns vary by less than this share of the widest hold rounding only: copies of other columns."""


@dataclass(frozen=True, eq=False)
class LinearModels(Outputs):
    """score = 1 / (1 + exp(-(intercept + columns . slopes))), one for every model."""

    slopes: Float[Array, "model column"]
    intercepts: Float[Array, " model"]

    def values(self, points: Points) -> Float[Array, "model row"]:
        return self.at(points.columns)

    def at(self, columns: Float[Array, "row column"]) -> Float[Array, "model row"]:
        """The probability of the class whose log-odds the lines were fitted to."""
        return np.asarray(expit(self.slopes @ columns.astype(np.float64).T + self.intercepts[:, None]))

    def gradients(self, columns: Float[Array, "row column"]) -> Float[Array, "model row column"]:
        scores = self.at(columns)
        return np.asarray((scores * (1 - scores))[:, :, None] * self.slopes[:, None])


def linear_models(columns: Float[Array, "row column"], margins: Float[Array, "model row"]) -> LinearModels:
    """The least-squares line of every model's margin, made as steep as the margin.

    line = argmin over slopes and intercept of sum over rows of (margin - intercept - columns . slopes) ** 2
    slopes = line's slopes * sd(margin) / sd(line), with the mean over rows as it was

    `margins` are the log-odds that each model gives to one class. A margin that is linear in the columns is its own line.
    A constant one has slopes of zero. Columns that repeat others share their slope.

    Example:
        >>> x = np.array([[-1.0], [0.0], [1.0], [2.0]])
        >>> bent = linear_models(x, np.array([[3.0, 1.0, 1.0, 3.0], [2.0, 4.0, 6.0, 8.0]]))
        >>> bent.slopes.round(3).tolist(), bent.intercepts.round(3).tolist()
        ([[0.0], [2.0]], [2.0, 4.0])

    Does not show: the best linear approximation of the model, which is flatter where the margin bends.
    """
    x, y = columns.astype(np.float64), margins.astype(np.float64)
    centre, level = x.mean(axis=0), y.mean(axis=1)
    x, y = x - centre, y - level[:, None]
    line = (y @ x) @ np.linalg.pinv(x.T @ x, rcond=_NOTHING, hermitian=True)
    spread, wanted = (line @ x.T).std(axis=1), y.std(axis=1)
    flat = spread <= _NOTHING * wanted
    slopes = line * np.where(flat, 0.0, wanted / np.where(flat, 1.0, spread))[:, None]
    return LinearModels(slopes, level - slopes @ centre)
