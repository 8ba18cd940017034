"""The worst single categorical switch: every row with one categorical column set to each of its other values."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.models.dense import Parameters, predict


class Switch(NamedTuple):
    """One thing to try: the encoded `columns` of a feature set to `values`."""

    columns: Int[Array, " some"]
    values: Float[Array, " some"]


def withstands(
    parameters: Parameters,
    inputs: Float[Array, "row column"],
    labels: Int[Array, " row"],
    switches: Sequence[Switch],
) -> Bool[Array, " row"]:
    """Whether a row is decided correctly as it is and under every switch, tried exhaustively.

    The decision is the most likely class. Columns that no switch names stay as they are.

    Example:
        >>> import jax.numpy as jnp
        >>> from interplay.models.dense import Layer
        >>> one = (Layer(jnp.array([[0.0, 2.0]]), jnp.array([1.0, 0.0])),)
        >>> withstands(one, np.array([[1.0]]), np.array([1]), [Switch(np.array([0]), np.array([0.0]))]).tolist()
        [False]

    Does not show: what two switches together do.
    """
    right = predict(parameters, inputs).argmax(axis=1) == labels
    for switch in switches:
        moved = inputs.copy()
        moved[:, switch.columns] = switch.values
        right &= predict(parameters, moved).argmax(axis=1) == labels
    return np.asarray(right)
