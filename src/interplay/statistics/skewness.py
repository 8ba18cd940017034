"""Bounds of a mean whose error is lopsided.

Near the end of a scale an error leans to one side: a model that is right on 97 % of the rows can be worse by much and
better by little. Student's t then holds the truth too seldom on the side of the longer tail. That bound is moved
outward; the other one stays where it is, so that an estimated skewness never makes a bound narrower.
"""

import numpy as np

from interplay.arrays import Array, Float

Values = Float[Array, "*values"] | float


def reach(quantile: Values, skewness: Values) -> Array:
    """How many standard errors away the bound on the side of the longer tail lies.

    reach = quantile + |skewness| * (2 * quantile ** 2 + 1) / 6

    with `quantile` that of Student's t and `skewness` that of the mean: its third central moment over its variance to
    the power of 1.5.

    Reference: Johnson (1978), "Modified t tests and confidence intervals for asymmetrical populations";
    Hall (1992), "On the removal of skewness by transformation".

    Example:
        >>> round(float(reach(1.645, 0.26)), 3)
        1.923
    """
    return np.asarray(quantile + np.abs(skewness) * (2 * np.square(quantile) + 1) / 6)


def quantile_at(distance: Values, skewness: Values) -> Array:
    """The quantile whose `reach` is `distance` standard errors; below |skewness| / 6, where no bound lies, shifted.

    Example:
        >>> round(float(quantile_at(reach(1.645, 0.26), 0.26)), 3), float(quantile_at(2.0, 0.0))
        (1.645, 2.0)
    """
    lean = np.abs(skewness)
    room = distance - lean / 6
    return np.where(room > 0, 2 * room / (1 + np.sqrt(1 + 4 * lean / 3 * np.maximum(room, 0.0))), room)


def third_moment(values: Float[Array, "*many value"]) -> Array:
    """The third central moment over the last axis, without bias; 0 of two values.

    Example:
        >>> float(third_moment(np.array([0.0, 0.0, 3.0])))
        9.0
    """
    away = values - values.mean(axis=-1, keepdims=True)
    return np.asarray((away * away * away).sum(axis=-1) * unbiased(values.shape[-1]))


def unbiased(count: int) -> float:
    """What the sum of so many cubes is multiplied by to give a third central moment without bias."""
    return count / ((count - 1) * max(count - 2, 1))
