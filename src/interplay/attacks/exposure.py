"""How exposed every row is: what training on it does to what models say of it."""

import numpy as np

from interplay.arrays import Array, Bool, Float


def exposure(signals: Float[Array, "member row"], inside: Bool[Array, "member row"]) -> Float[Array, " row"]:
    """How much larger the log-odds of a row's label are in members that trained on the row.

    exposure = mean of signals over members with the row - mean of signals over members without it

    `signals` are log-odds of the labels (`interplay.attacks.lira.signal`), in nats. Signals that are not finite are left
    out; a row without members on both sides has an exposure of 0.

    Reference: Feldman and Zhang (2020), "What neural networks memorize and why", with log-odds in place of right decisions;
    Carlini et al. (2022), "The privacy onion effect", who rank rows by it.

    Example:
        >>> signals = np.array([[3.0, 1.0, 0.0], [1.0, 1.0, 0.0], [1.0, 2.0, 5.0]])
        >>> inside = np.array([[True, False, True], [False, True, True], [False, False, True]])
        >>> exposure(signals, inside).tolist()
        [2.0, -0.5, 0.0]

    Does not show: what an attacker finds; with few members one row's value is mostly chance.
    """
    usable = np.isfinite(signals)
    sides = (usable & inside, usable & ~inside)
    within, without = (np.where(side, signals, 0.0).sum(axis=0) / np.maximum(side.sum(axis=0), 1) for side in sides)
    known = sides[0].any(axis=0) & sides[1].any(axis=0)
    return np.asarray(np.where(known, within - without, 0.0))
