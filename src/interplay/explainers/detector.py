"""Telling rows of a table from perturbed ones, whose columns were drawn one by one."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from interplay.arrays import Array, Bool, Float
from interplay.errors import InterplayError

HIDDEN = 32
"""Hidden units."""
PENALTY = 1e-3
STEPS = 150


@dataclass(frozen=True, eq=False)
class Detector:
    """A perceptron with one hidden layer that tells rows of a table from perturbed ones.

    odds = tanh(standardised row . first + offsets) . second + bias

    Made by `learned`; rows with odds of at least `threshold` are taken for rows of the table.
    """

    mean: Float[Array, " column"]
    scale: Float[Array, " column"]
    weights: Float[Array, " weight"]
    threshold: float = 0.0

    def odds(self, rows: Float[Array, "row column"]) -> Float[Array, " row"]:
        """The log-odds that a row is one of a table."""
        first, second = _layers(self.weights, rows.shape[1])
        return np.asarray(np.tanh(_with_one((rows - self.mean) / self.scale) @ first) @ second[:-1] + second[-1])

    def is_real(self, rows: Float[Array, "row column"]) -> Bool[Array, " row"]:
        """Which rows are taken for rows of a table."""
        return np.asarray(self.odds(rows) >= self.threshold)


def learned(
    real: Float[Array, "row column"],
    perturbed: Float[Array, "other column"],
    held_out: Float[Array, "few column"],
    kept: float,
    chance: np.random.Generator,
) -> Detector:
    """The detector with the least log loss, both kinds of rows weighing alike, and a small penalty.

    `real` and `perturbed` are encoded rows. The threshold is set on rows of the table that it did not learn on
    (`held_out`): a share `kept` of them is taken for rows of the table.

    Raises InterplayError where one of the three has no row.

    Reference: Slack et al. (2020), "Fooling LIME and SHAP", section 3.

    Example:
        >>> chance = np.random.default_rng(0)
        >>> first = chance.normal(size=(600, 1))
        >>> real = np.concatenate([first, first + 0.1 * chance.normal(size=(600, 1))], axis=1)
        >>> apart = learned(real[:400], chance.normal(size=(1200, 2)), real[400:], 0.95, chance)
        >>> bool(apart.is_real(real[400:]).mean() >= 0.95), bool(apart.is_real(chance.normal(size=(500, 2))).mean() < 0.3)
        (True, True)

    Does not show: that no other detector tells more of them apart.
    """
    if not len(real) or not len(perturbed) or not len(held_out):
        counts = f"{len(real)}, {len(perturbed)} and {len(held_out)}"
        raise InterplayError("real, perturbed and held-out rows", counts, "detector", "bring more rows")
    rows = np.concatenate([real, perturbed]).astype(np.float32)
    spread = rows.std(axis=0)
    mean, scale = rows.mean(axis=0), np.where(spread > 0, spread, 1.0)
    inputs = _with_one((rows - mean) / scale).astype(np.float32)
    truth = np.repeat([1.0, 0.0], [len(real), len(perturbed)])
    share = np.repeat([0.5 / len(real), 0.5 / len(perturbed)], [len(real), len(perturbed)])
    columns = rows.shape[1]

    def loss(weights: Float[Array, " weight"]) -> tuple[float, Float[Array, " weight"]]:
        first, second = _layers(weights.astype(np.float32), columns)
        hidden = np.tanh(inputs @ first)
        odds = hidden @ second[:-1] + second[-1]
        value = float((share * (np.logaddexp(0.0, odds) - truth * odds)).sum()) + PENALTY * float(weights @ weights) / 2
        slope = (share * (expit(odds) - truth)).astype(np.float32)
        back = slope[:, None] * second[:-1] * (1 - hidden**2)
        gradient = np.concatenate([(inputs.T @ back).ravel(), hidden.T @ slope, [slope.sum()]])
        return value, gradient.astype(np.float64) + PENALTY * weights

    start = chance.normal(size=(columns + 1) * HIDDEN + HIDDEN + 1) / np.sqrt(columns + 1)
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    found = Detector(mean, scale, fitted)
    return replace(found, threshold=float(np.quantile(found.odds(held_out), 1 - kept)))


def _layers(
    weights: Float[Array, " weight"], columns: int
) -> tuple[Float[Array, "input hidden"], Float[Array, " last"]]:
    size = (columns + 1) * HIDDEN
    return weights[:size].reshape(columns + 1, HIDDEN), weights[size:]


def _with_one(rows: Float[Array, "row column"]) -> Float[Array, "row input"]:
    return np.concatenate([rows, np.ones((len(rows), 1), dtype=rows.dtype)], axis=1)
