"""The density of Student's t, which `scipy.special` has not, and `scipy.stats` only with a slow import."""

import numpy as np
from scipy import special

from interplay.arrays import Array, Float


def density(value: Float[Array, "*values"] | float, degrees: float) -> Array:
    """The density of t at a value.

    Example:
        >>> round(float(density(0.0, 1.0)), 4)
        0.3183
    """
    logs = special.gammaln((degrees + 1) / 2) - special.gammaln(degrees / 2) - np.log(degrees * np.pi) / 2
    return np.asarray(np.exp(logs - (degrees + 1) / 2 * np.log1p(np.square(value) / degrees)))
