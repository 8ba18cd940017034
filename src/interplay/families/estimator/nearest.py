"""What searches without gradients share: the radii at which a flip is looked for, and rows with one category switched."""

from collections.abc import Callable, Iterator

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.attacks.pgd import Threat, largest_change
from interplay.attacks.search import AT_ONCE
from interplay.attacks.switch import Switches
from interplay.engine import jnp
from interplay.families._family import LARGEST_DISTANCE

DISTANCE_QUERIES = 40
COARSEST, HALVINGS = 6, 8
"""Radii that are tried first, each half of the one before, and halvings between the nearest flip and what held."""

Within = Callable[[Float[Array, " row"]], tuple[Float[Array, "row column"], Bool[Array, " row"]]]
"""Rows moved within a radius for each, and which of them are decided otherwise."""


def nearest_flip(within: Within, inputs: Float[Array, "row column"], threat: Threat) -> Float[Array, " row"]:
    """How far the nearest point found with another decision lies, at most `LARGEST_DISTANCE`.

    As `interplay.attacks.distance.boundary_distance`, with a search in place of the ascent.
    """
    start = jnp.asarray(inputs, dtype=jnp.float32)

    def flipped(radius: Float[Array, " row"]) -> Float[Array, " row"]:
        moved, wrong = within(radius)
        return np.where(wrong, np.asarray(largest_change(start, jnp.asarray(moved), threat)), np.inf)

    nearest, failed = np.full(len(inputs), np.inf), np.zeros(len(inputs))
    for halved in range(COARSEST):
        nearest = np.minimum(nearest, flipped(np.full(len(inputs), LARGEST_DISTANCE * 0.5**halved)))
    for _ in range(HALVINGS):
        middle = (failed + np.minimum(nearest, LARGEST_DISTANCE)) / 2
        reached = flipped(middle)
        failed = np.where(np.isinf(reached), middle, np.where(reached < failed, 0.0, failed))
        nearest = np.minimum(nearest, reached)
    return np.minimum(nearest, LARGEST_DISTANCE)


def switched(inputs: Float[Array, "row column"], switches: Switches | None) -> Iterator[Float[Array, "some column"]]:
    """All rows under every single switch, some switches at once, one version of the rows after the other."""
    if switches is None:
        return
    touched, values = np.asarray(switches.touched) > 0, np.asarray(switches.values)
    for start in range(0, len(touched), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        moved = np.where(touched[some, None], values[some, None], inputs[None])
        yield moved.reshape(-1, inputs.shape[1])
