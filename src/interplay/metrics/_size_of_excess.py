"""The size of a number that is seen with noise, of which noise alone would make a size where there is none.

An excess z, in standard errors, has the size |z|, whose mean is too large: by 0.80 where the true excess is zero. No
estimate of a size is without bias everywhere, as the size has a corner at zero. The one used here is

    size(z) = |z| - 1.286 * exp(-2 * z ** 2)

whose bias lies between -0.22 and +0.23 for every true excess, and falls away beyond three standard errors. The plain size
is biased by up to 0.80, always upward.

Reference: Cai and Low (2011), "Testing composite hypotheses, Hermite polynomials and optimal estimation of a nonsmooth
functional", for how well a sum of sizes can be estimated.
"""

import numpy as np
from scipy import special

from interplay.arrays import Array, Float

HEIGHT, NARROW = 1.286, 2.0
"""Chosen so that both ends of the bias lie equally far from zero."""

SURE = 2.0
"""The true excess is taken to lie at most so many standard errors nearer to zero than the one seen."""

Sizes = Float[Array, "*values"]


def size(excess: Sizes) -> Sizes:
    """The size of an excess given in standard errors; below zero where it is smaller than noise would make it.

    Example:
        >>> size(np.array([0.0, 1.0, -4.0])).round(3).tolist()
        [-1.286, 0.826, 4.0]
    """
    return np.asarray(np.abs(excess) - HEIGHT * np.exp(-NARROW * np.square(excess)))


def bias(excess: Sizes) -> Sizes:
    """The mean of `size` less the size of the true excess, by the true excess in standard errors.

    Example:
        >>> bias(np.array([0.0, 1.0, 4.0])).round(2).tolist()
        [0.22, -0.22, -0.0]
    """
    of_noise = 2 * np.exp(-np.square(excess) / 2) / np.sqrt(2 * np.pi) - 2 * excess * special.ndtr(-excess)
    wider = 1 + 2 * NARROW
    return np.asarray(of_noise - HEIGHT / np.sqrt(wider) * np.exp(-np.square(excess) * NARROW / wider))


_PLACES = np.linspace(0.0, 8.0, 801)
_BIAS = bias(_PLACES)
_BELOW, _ABOVE = (np.maximum.accumulate(np.maximum(one, 0.0)[::-1])[::-1] for one in (-_BIAS, _BIAS))


def bias_left(excess: Sizes) -> tuple[Sizes, Sizes]:
    """How far `size` may on average lie below and above the truth, in standard errors, for an excess that was seen.

    The worst over all true excesses at least |excess| - 2: an excess of many standard errors has no bias left.

    Example:
        >>> [one.round(2).tolist() for one in bias_left(np.array([1.0, 3.0, 8.0]))]
        [[0.22, 0.22, 0.0], [0.22, 0.0, 0.0]]
    """
    nearest = np.maximum(np.abs(excess) - SURE, 0.0)
    return np.interp(nearest, _PLACES, _BELOW), np.interp(nearest, _PLACES, _ABOVE)
