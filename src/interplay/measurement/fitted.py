"""What is fitted on held-out rows, fitted anew in every draw of the row weights: refits and thresholds, with two labels.

The noise of the rows that something is fitted on is then in every interval: a draw that weighs tuning rows differently
has another scale, other intercepts and other thresholds, and what follows from them is measured with the same weights.
"""

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.drawn import Cuts, Refits
from interplay.interventions import FittingRows, PredictionIntervention
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
    zeros = _zeros(refits)[..., None]
    cuts = np.nextafter(zeros, np.inf) if favourable != 0 else zeros
    rows = refits.margins.shape[1]
    return Cuts(refits.margins, cuts, cuts, np.ones_like(cuts), np.zeros(rows, dtype=np.int64), np.zeros(rows))


def cuts_of_thresholds(
    layer: PredictionIntervention,
    refits: Refits,
    favourable: Bool[Array, " row"],
    groups: Int[Array, " row"],
    count: int,
    tuning: Int[Array, " some"],
    weights: Float[Array, "draw row"],
    uniform: Float[Array, " row"],
) -> Cuts:
    """The thresholds of `count` groups, fitted on the tuning rows with the weights of each draw, on top of its refit.

    `groups` holds codes from 0 to count - 1, and -1 where the group is missing: such a row is decided at the refitted
    zero. `uniform` is the number between 0 and 1 of a row, for thresholds that leave something to chance.

    Example:
        >>> from interplay.interventions.group_thresholds import GroupThresholds
        >>> margins, labels = np.array([[3.0, 1.0, -1.0, -3.0]]), np.array([True, True, False, False])
        >>> weights, rows = np.ones((1, 4)), np.arange(4)
        >>> refits = refitted_odds(margins, labels, rows, weights)
        >>> groups = np.array([0, 0, 1, 1])
        >>> cuts_of_thresholds(GroupThresholds(), refits, labels, groups, 2, rows, weights, np.zeros(4)).low.tolist()
        [[[2.0, -2.0, -0.0]]]

    Does not show: how thresholds would move if the model were trained anew.
    """
    drawn, fitting = weights[:, tuning], np.ones(len(tuning))
    fits = [
        layer.thresholds_in_draws(
            FittingRows(margins, favourable[tuning], groups[tuning], fitting), drawn, scale, shift, count
        )
        for margins, scale, shift in zip(refits.margins[:, tuning], refits.scale, refits.shift, strict=True)
    ]
    zeros = _zeros(refits)[..., None]
    low = np.concatenate([np.stack([fit.low for fit in fits]), zeros], axis=2)
    fixed = all(fit.low is fit.high for fit in fits)
    high = low if fixed else np.concatenate([np.stack([fit.high for fit in fits]), zeros], axis=2)
    chance = np.concatenate([np.stack([fit.chance for fit in fits]), np.ones_like(zeros)], axis=2)
    return Cuts(refits.margins, low, high, chance, groups, uniform)


def _zeros(refits: Refits) -> Float[Array, "member draw"]:
    return np.asarray(-refits.shift / refits.scale)
