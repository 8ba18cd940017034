"""Prediction sets, and the level at which they are worth having."""

import math

import numpy as np

from interplay.arrays import Array, Bool, Float


def sets(
    scores: Float[Array, "*rows label"],
    threshold: Float[Array, "*rows"] | Float[Array, "*rows label"] | float,
    strict: bool = False,
) -> Bool[Array, "*rows label"]:
    """Which labels the prediction set of a row holds.

    set(x) = labels y with score(x, y) <= threshold, or < when `strict`

    `threshold` is one number, one for every row (group-wise sets), or one for every label of every row (class-wise sets). An
    infinite threshold makes full sets.

    Reference: Cresswell (2025), Eq. 6, which is the strict form. The guarantee of Eq. 7 holds for <= without
    conditions; with < it is lost when scores tie.

    Example:
        >>> sets(np.array([[0.25, 0.75]]), 0.25).tolist(), sets(np.array([[0.25, 0.75]]), 0.25, strict=True).tolist()
        ([[True, False]], [[False, False]])

    Does not show: which of its labels is right, nor how sure one may be of a single set.
    """
    limit = np.asarray(threshold, dtype=np.float64)
    limit = limit if limit.ndim == scores.ndim else limit[..., None]
    return np.asarray(scores < limit) if strict else np.asarray(scores <= limit)


def default_miscoverage(error: float) -> float:
    """The error rate of prediction sets for a model that errs on a share `error` of rows.

    default_miscoverage = min(0.1, error / 2), rounded down to three digits, at least 0.005

    Sets that may err as often as the model's own decision do not have to say more than the decision: with two labels
    they go empty instead of ambiguous. At half of the error rate they say where the model is unsure. `error` and the
    result lie between 0 and 1.

    Example:
        >>> default_miscoverage(0.0868), default_miscoverage(0.4), default_miscoverage(0.0)
        (0.043, 0.1, 0.005)

    Does not show: the size of the sets at that level; report it, with the empty and the ambiguous shares.
    """
    return max(0.005, math.floor(min(0.1, error / 2) * 1000 + 1e-9) / 1000)
