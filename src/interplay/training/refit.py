"""Scale and intercepts of class scores, refitted on held-out rows: what rates are chosen by and decisions are taken with."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from interplay.arrays import Array, Float, Int

SMALLEST_SCALE = 1e-3
"""Of standardised scores: a refit never turns the order of the scores round."""


@dataclass(frozen=True, eq=False)
class Refit:
    """scale * scores + intercepts, with the first intercept zero; `scale` is above 0."""

    scale: float
    intercepts: Float[Array, " label"]

    def __call__(self, scores: Float[Array, "*any label"]) -> Float[Array, "*any label"]:
        """The refitted class scores."""
        return np.asarray(self.scale * scores + self.intercepts)

    def log_loss(self, scores: Float[Array, "row label"], labels: Int[Array, " row"]) -> float:
        """The mean log loss of the refitted scores, in nats."""
        logs = log_softmax(self(scores), axis=1)
        return float(-np.take_along_axis(logs, labels[:, None], axis=1).mean())


def refit(scores: Float[Array, "row label"], labels: Int[Array, " row"]) -> Refit | None:
    """The scale and the intercepts with the smallest log loss against smoothed labels; None when a score is not finite.

    argmin over scale > 0 and intercepts of mean over rows of -sum over labels of target * log softmax(scale * scores +
    intercepts), target = (n + 1) / (n + classes) for a row's own label, of which there are n rows, and 1 / (n +
    classes) for every other label

    `scores` are class scores (row, label) of rows that the model did not train on. The targets keep the fit finite
    where few rows separate the labels perfectly. With two labels these are the two numbers of Platt's method.

    Reference: Platt (1999), "Probabilistic outputs for support vector machines", section 2.2 for the targets.

    Example:
        >>> approves_all = np.array([[0.0, 3.0], [0.0, 2.9], [0.0, 1.1], [0.0, 1.0]])
        >>> fitted = refit(approves_all, np.array([1, 1, 0, 0]))
        >>> fitted(approves_all).argmax(axis=1).tolist()
        [1, 1, 0, 0]

    Does not show: that the scores rank rows well; a refit changes no ranking.
    """
    if not bool(np.isfinite(scores).all()):
        return None
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread, classes = float(centred.std()) or 1.0, scores.shape[1]
    unit, targets = centred / spread, _targets(labels, classes)

    def loss(fit: Float[Array, " parameter"]) -> tuple[float, Float[Array, " parameter"]]:
        logs = log_softmax(fit[0] * unit + np.append(0.0, fit[1:]), axis=1)
        slope = np.exp(logs) - targets
        return float(-(targets * logs).sum(axis=1).mean()), np.append(
            (slope * unit).sum(axis=1).mean(), slope[:, 1:].mean(axis=0)
        )

    start = np.append(min(spread, 10.0), np.zeros(classes - 1))
    bounds = [(SMALLEST_SCALE, None), *[(None, None)] * (classes - 1)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Refit(float(found[0]) / spread, np.append(0.0, found[1:]))


def _targets(labels: Int[Array, " row"], classes: int) -> Float[Array, "row label"]:
    """Smoothed labels: every row is a little of each other label."""
    total = np.bincount(labels, minlength=classes)[labels][:, None] + classes
    targets = np.repeat(1.0 / total, classes, axis=1)
    targets[np.arange(len(labels)), labels] += (total[:, 0] - classes) / total[:, 0]
    return np.asarray(targets)
