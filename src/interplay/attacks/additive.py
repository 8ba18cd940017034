"""A logistic regression that is additive in some columns: a stand-in for a model of which only decisions are known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.logistic import most_varied, ridge_logistic, standardised_design

STEPS, PENALTY = 12, 2.0
"""Steps of a column at most, which hold equally many examples, and the penalty of a squared weight."""
MOST_STEPS, MOST_LINES = 300, 100
"""Steps of all columns together, and straight lines in other columns: what takes a second to fit."""


@dataclass(frozen=True, eq=False)
class AdditiveSteps:
    """The log-odds of a decision as a sum over columns: a line and steps in some of them, and lines in others.

    Lines in the others are not kept. `edges` and `heights` are those of the steps of every kept column, and `slopes` those of
    its line: what a value adds is the height of the step that it lies on, and the line, which tells values apart that lie on
    one step.
    """

    edges: Sequence[Float[Array, " edge"]]
    heights: Sequence[Float[Array, " step"]]
    slopes: Float[Array, " stepped"]

    @classmethod
    def fitted(
        cls, rows: Float[Array, "row column"], truth: Bool[Array, " row"], columns: Int[Array, " stepped"]
    ) -> "AdditiveSteps":
        """The lines and steps with the largest penalised likelihood.

        Reference: Hastie and Tibshirani (1990), "Generalized additive models"; Papernot et al. (2017), "Practical black-box
        attacks against machine learning", for a stand-in that is trained on a model's own decisions.

        Example:
            >>> rows = np.linspace(-1, 1, 200)[:, None]
            >>> stairs = AdditiveSteps.fitted(rows, rows[:, 0] > 0.3, np.array([0]))
            >>> low, middle, high = stairs.heights_of(0, np.array([-0.5, 0.3, 0.9]))
            >>> bool(low < middle < high), bool(high - low > 4)
            (True, True)
        """
        steps = min(STEPS, max(MOST_STEPS // len(columns), 2))
        inner = np.linspace(0, 1, steps + 1)[1:-1]
        edges = [np.unique(np.quantile(rows[:, column], inner)) for column in columns]
        own, others = rows[:, columns], np.delete(rows, columns, axis=1)
        others = others[:, most_varied(others, MOST_LINES)]
        lines = np.concatenate([standardised_design(own, own), standardised_design(others, others)[:, 1:]], axis=1)
        stepped = [
            np.eye(len(edge) + 1)[np.searchsorted(edge, values)] for values, edge in zip(own.T, edges, strict=True)
        ]
        design = np.concatenate([lines, *stepped], axis=1)
        penalty = np.append(PENALTY / 10, np.full(design.shape[1] - 1, PENALTY))
        weights = ridge_logistic(design, truth, penalty)
        spread = own.std(axis=0)
        slopes = weights[1 : 1 + len(columns)] / np.where(spread > 0, spread, np.inf)
        heights = np.split(weights[lines.shape[1] :], np.cumsum([len(edge) + 1 for edge in edges])[:-1])
        return cls(edges, heights, slopes)

    def heights_of(self, stepped: int, values: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """What these values of one of the kept columns add to the log-odds, up to a constant."""
        return self.heights[stepped][np.searchsorted(self.edges[stepped], values)] + self.slopes[stepped] * values
