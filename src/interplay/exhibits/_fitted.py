"""What is fitted on held-out rows, fitted anew in every draw of the row weights: refits, with two labels.

The noise of the rows that something is fitted on is then in every interval: a draw that weighs tuning rows differently
has another scale, other intercepts and other thresholds, and what follows from them is measured with the same weights.
"""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Cuts, Refits
from interplay.training.refit import refits_in_draws


def refitted_odds(
    margins: Float[Array, "member row"],
    favourable: Bool[Array, " row"],
    tuning: Int[Array, " some"],
    weights: Float[Array, "draw row"],
) -> Refits:
    """Every member's scale and shift of the log-odds, fitted on the tuning rows with the weights of each draw.

    `margins` are log-odds of the favourable label as refitted at unit weights, `favourable` says which rows have that
    label, and draw 0 has unit weights, so that its scale is 1 and its shift 0.

    Example:
        >>> margins, favourable = np.array([[2.0, 1.0, -1.0, -2.0]]), np.array([True, False, True, False])
        >>> found = refitted_odds(margins, favourable, np.arange(4), np.array([[1.0, 1, 1, 1], [1, 1, 3, 1]]))
        >>> found.scale.shape, bool(found.shift[0, 0] == 0), bool(found.shift[0, 1] > 0)
        ((1, 2), True, True)

    Does not show: what training on other rows would give.
    """
    shape = (len(margins), len(weights))
    scale, shift = np.ones(shape), np.zeros(shape)
    drawn = weights[1:, tuning]
    for member, mine in enumerate(margins[:, tuning]):
        scale[member, 1:], shift[member, 1:] = refits_in_draws(mine, favourable[tuning], drawn)
    return Refits(margins, scale, shift)


def cuts_of_refits(refits: Refits, favourable: int) -> Cuts:
    """Where the refitted log-odds of every draw are zero; a tie is decided for label 0, as the most likely label is.

    Example:
        >>> cuts_of_refits(Refits(np.zeros((1, 1)), np.full((1, 2), 2.0), np.array([[0.0, -1.0]])), 0).low.ravel().tolist()
        [-0.0, 0.5]
    """
    zeros = refits.zeros[..., None]
    cuts = np.nextafter(zeros, np.inf) if favourable != 0 else zeros
    rows = refits.margins.shape[1]
    return Cuts(refits.margins, cuts, cuts, np.ones_like(cuts), np.zeros(rows, dtype=np.int64), np.zeros(rows))
