"""The error of a statistic of all members together: pseudo-values from leaving each member out."""

import numpy as np

from interplay.arrays import Array, Float


def pseudo_values(whole: Float[Array, " draw"], without: Float[Array, "member draw"]) -> Float[Array, "member draw"]:
    """Values whose mean is the statistic and whose spread over members gives its error.

    value[k] = whole + (S - 1) * (mean over j of without[j] - without[k])    with S members

    `whole` is the statistic of all members, `without[k]` that of all but member k. These are the usual pseudo-values
    S * whole - (S - 1) * without[k], moved so that their mean is the statistic itself: the bias correction of the usual
    ones may make it much noisier, which their spread would not show. Where the mean over k of `without` is the
    statistic, as for an average over pairs of members, both are the same.

    Reference: Tukey (1958), "Bias and confidence in not-quite large samples"; Arvesen (1969), "Jackknifing U-statistics",
    for averages over pairs.

    Example:
        >>> pseudo_values(np.array([0.2]), np.array([[0.1], [0.2], [0.3]])).ravel().round(12).tolist()
        [0.4, 0.2, 0.0]

    Does not show: the spread over members of a statistic that is not smooth in them, such as a maximum.
    """
    return np.asarray(whole + (len(without) - 1) * (without.mean(axis=0) - without))
