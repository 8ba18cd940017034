"""A network of one's own: a pair of pure functions."""

from collections.abc import Callable
from dataclasses import dataclass

from interplay.engine import jax
from interplay.models.network import Network, Parameters


@dataclass(frozen=True, init=False)
class Function(Network):
    """Any architecture: the function that makes parameters, and the function that scores rows with them.

    logits(initial(key), inputs)[row, label] = class score of the row, in the unit of the logits

    `initial(key)` gives a tree of float32 arrays, `logits(parameters, inputs)` takes inputs (row, column) in encoded
    columns and gives (row, label). Both are pure: the same arguments give the same result, and nothing else is read or
    changed. Each row's scores depend on that row only (`couples_rows` looks whether they do). `name` is what plans and
    reports call it. Two are equal when name and functions are the same objects, and then they share compiled programs.

    Reference: Bradbury et al. (2018), JAX: transformations of pure functions.

    Example:
        >>> import jax.numpy as jnp
        >>> line = Function("line", lambda key: jnp.zeros((2, 2)), lambda weight, inputs: inputs @ weight)
        >>> line.logits(jnp.eye(2), jnp.array([[3.0, 4.0]])).tolist()
        [[3.0, 4.0]]
        >>> line.forms_gradients
        True

    Does not show: whether the functions are pure. Differential privacy forms one gradient per row (see `clipped_sum`);
    a subclass of `Network` may do with less memory.
    """

    name: str
    _initial: Callable[[jax.Array], Parameters]
    _logits: Callable[[Parameters, jax.Array], jax.Array]

    def __init__(
        self,
        name: str,
        initial: Callable[[jax.Array], Parameters],
        logits: Callable[[Parameters, jax.Array], jax.Array],
    ) -> None:
        for field, value in (("name", name), ("_initial", initial), ("_logits", logits)):
            object.__setattr__(self, field, value)

    def initial(self, key: jax.Array) -> Parameters:
        return self._initial(key)

    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        return self._logits(parameters, inputs)
