"""The worst single categorical switch: every row with one categorical column set to each of its other values."""

from collections.abc import Callable
from typing import NamedTuple

from interplay.engine import jax, jnp


class Switches(NamedTuple):
    """What to try: in switch i the columns where `touched[i]` is 1 get `values[i]` (both switch x column)."""

    touched: jax.Array
    values: jax.Array


def withstands(
    scores: Callable[[jax.Array], jax.Array], inputs: jax.Array, labels: jax.Array, switches: Switches
) -> jax.Array:
    """Whether a row is decided correctly as it is and under every switch, tried exhaustively.

    `scores` maps inputs (row, column) to class scores; the decision is the most likely class. Larger shares withstand
    better.

    Example:
        >>> line = lambda x: jnp.concatenate([jnp.ones_like(x), 2 * x], axis=1)
        >>> off = Switches(touched=jnp.ones((1, 1)), values=jnp.zeros((1, 1)))
        >>> withstands(line, jnp.array([[1.0]]), jnp.array([1]), off).tolist()
        [False]

    Does not show: what two switches together do.
    """

    def right(moved: jax.Array) -> jax.Array:
        return jnp.argmax(scores(moved), axis=1) == labels

    def tried(held: jax.Array, switch: Switches) -> tuple[jax.Array, None]:
        return held & right(jnp.where(switch.touched > 0, switch.values, inputs)), None

    held, _ = jax.lax.scan(tried, right(inputs), switches)
    return held


def lowest_odds(
    scores: Callable[[jax.Array], jax.Array], inputs: jax.Array, labels: jax.Array, switches: Switches
) -> jax.Array:
    """The lowest log-odds of a row's own label, as it is and under every switch, with two labels.

    A row withstands every switch where these lie on the right side of a cut, wherever the cut lies. `scores` and the
    others as in `withstands`; larger withstands more.

    Example:
        >>> line = lambda x: jnp.concatenate([jnp.ones_like(x), 2 * x], axis=1)
        >>> off = Switches(touched=jnp.ones((1, 1)), values=jnp.zeros((1, 1)))
        >>> lowest_odds(line, jnp.array([[1.0], [1.0]]), jnp.array([1, 0]), off).tolist()
        [-1.0, -1.0]

    Does not show: which switch it was, nor what two switches together do.
    """

    def odds(moved: jax.Array) -> jax.Array:
        gap = jnp.diff(scores(moved), axis=1)[:, 0]
        return jnp.where(labels == 1, gap, -gap)

    def tried(lowest: jax.Array, switch: Switches) -> tuple[jax.Array, None]:
        return jnp.minimum(lowest, odds(jnp.where(switch.touched > 0, switch.values, inputs))), None

    lowest, _ = jax.lax.scan(tried, odds(inputs), switches)
    return lowest
