"""Projected gradient ascent for models that compute elsewhere: adversarial rows from the slope of any model that has one."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Float

Slope = Callable[[Float[Array, "row column"]], tuple[Float[Array, " row"], Float[Array, "row column"]]]
"""How far another label is ahead of each row's own, and the gradient of that."""


def climb(
    ahead: Slope,
    origin: Float[Array, "row column"],
    low: Float[Array, "row column"],
    high: Float[Array, "row column"],
    chance: np.random.Generator,
    steps: int,
    restarts: int = 1,
) -> Float[Array, "row column"]:
    """The rows with the largest excess found within low <= row <= high by projected gradient ascent.

    x <- clip(x + 2.5 / steps * (high - low) / 2 * sign(gradient of the excess at x), low, high)

    `steps` times from each of `restarts` random points of the box; the best point of all that were visited counts, and no
    row comes back with a smaller excess than its own. Every column's stride is a share of its own range. `ahead` gives, for
    rows like `origin`, the excess in log-odds and its gradient; each row's excess depends on that row only. `low`, `high`
    and what is returned are in the unit of the encoded columns; a column that cannot move has low = high. A larger excess
    is a stronger attack.

    Reference: Madry et al. (2018); Cresswell (2025), Eq. 4. `interplay.attacks.pgd` is the same for models in JAX.

    Example:
        >>> line = np.array([1.0, -2.0, 0.0])
        >>> rows = np.zeros((1, 3))
        >>> climb(lambda x: (x @ line, 0 * x + line), rows, rows - 1, rows + 1, np.random.default_rng(0), 20)[0, :2].tolist()
        [1.0, -1.0]

    Does not show: that no worse row exists; a stronger attack may find one.
    """
    best, most = origin.copy(), ahead(origin)[0]
    stride = 1.25 / steps * (high - low)
    for _ in range(restarts):
        moved = (low + chance.random(origin.shape) * (high - low)).astype(origin.dtype)
        for _ in range(steps + 1):
            excess, slope = ahead(moved)
            best, most = np.where((excess > most)[:, None], moved, best), np.maximum(excess, most)
            moved = np.clip(moved + stride * np.sign(slope), low, high).astype(origin.dtype)
    return best
