"""A logistic regression that is additive in steps of some columns: a stand-in for a model of which only decisions are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.logistic import most_varied, ridge_logistic, standardised_design

STEPS, PENALTY = 12, 2.0
"""Steps of a column at most, which hold equally many examples, and the penalty of a squared weight."""
MOST_STEPS, MOST_LINES = 300, 100
"""Steps of all columns together, and straight lines: what takes a second to fit."""


@dataclass(frozen=True, eq=False)
class AdditiveSteps:
    """The log-odds of a decision as a sum over columns: steps of some of them, and straight lines in the others.

    `edges` and `heights` are those of the columns with steps; lines are not kept. The height of a value
    is that of the step that it lies on.
    """

    edges: Sequence[Float[Array, " edge"]]
    heights: Sequence[Float[Array, " step"]]

    @classmethod
    def fitted(
        cls, rows: Float[Array, "row column"], truth: Bool[Array, " row"], columns: Int[Array, " stepped"]
    ) -> "AdditiveSteps":
        """The steps with the largest penalised likelihood.

        Reference: Hastie and Tibshirani (1990), "Generalized additive models"; Papernot et al. (2017), "Practical black-box
        attacks against machine learning", for a stand-in that is trained on a model's own decisions.

        Example:
            >>> rows = np.linspace(-1, 1, 200)[:, None]
            >>> stairs = AdditiveSteps.fitted(rows, rows[:, 0] > 0.3, np.array([0]))
            >>> low, high = stairs.heights_of(0, np.array([-0.5, 0.9]))
            >>> bool(low < -1 < 1 < high)
            True
        """
        steps = min(STEPS, max(MOST_STEPS // len(columns), 2))
        inner = np.linspace(0, 1, steps + 1)[1:-1]
        edges = [np.unique(np.quantile(rows[:, column], inner)) for column in columns]
        others = np.delete(rows, columns, axis=1)
        others = others[:, most_varied(others, MOST_LINES)]
        parts = [standardised_design(others, others)]
        parts += [
            np.eye(len(edge) + 1)[np.searchsorted(edge, rows[:, column])]
            for column, edge in zip(columns, edges, strict=True)
        ]
        design = np.concatenate(parts, axis=1)
        penalty = np.append(PENALTY / 10, np.full(design.shape[1] - 1, PENALTY))
        weights = ridge_logistic(design, truth, penalty)[parts[0].shape[1] :]
        return cls(edges, np.split(weights, np.cumsum([len(edge) + 1 for edge in edges])[:-1]))

    def heights_of(self, stepped: int, values: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """What these values of one of the columns add to the log-odds."""
        return self.heights[stepped][np.searchsorted(self.edges[stepped], values)]
