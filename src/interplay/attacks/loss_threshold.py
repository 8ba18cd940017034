"""The loss-threshold membership attack: a row with a small loss was probably trained on."""

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.lira import signal


def scores(
    log_probabilities: Float[Array, "member row label"], labels: Int[Array, " row"]
) -> Float[Array, "member row"]:
    """Minus the cross-entropy loss of every row: larger = more likely a member.

    score = -loss = log(probability of the true label), in nats, at most 0

    It is computed from the log-odds as -log(1 + exp(-log-odds)): the log-probability of a label that is nearly certain
    rounds to 0, and the tie would hide the rows that leak most. What ties remain (equal rows, constant models) get no
    noise here. A receiver operating characteristic that crosses a block of ties in a straight line, and an area that
    counts them half, are what random tie-breaking gives on average, without adding noise of its own.

    Reference: Yeom et al. (2018), with every threshold instead of the mean training loss.

    Example:
        >>> scores(np.log([[[0.25, 0.75], [0.5, 0.5]]]), np.array([1, 0])).round(3).tolist()
        [[-0.288, -0.693]]

    Does not show: membership of hard rows. One threshold serves all rows, so an attack with a model of every row's
    difficulty usually finds more.
    """
    return -np.logaddexp(0.0, -signal(log_probabilities, labels))
