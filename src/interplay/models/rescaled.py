"""Any network with its class scores on another scale: what a refit of scale and intercepts makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from interplay.arrays import Array, Int
from interplay.engine import jax, jnp
from interplay.models.network import Network, Parameters


class RescaledParameters(NamedTuple):
    """The parameters of the network, and `scale` (a number above 0) and `intercepts` (label) of its class scores."""

    parameters: Parameters
    scale: Any
    intercepts: Any


@dataclass(frozen=True, eq=False)
class RescaledScores:
    """scale * scores(inputs) + intercepts, where `scores` maps inputs (row, column) to class scores (row, label).

    `intercepts` are (label) or (row, label). With a scale above 0 and two labels the direction in which an attack
    climbs stays the same, so that an ascent which the scores offer as one call still serves.

    Example:
        >>> line = RescaledScores(lambda x: jnp.concatenate([x, -x], axis=1), jnp.array(2.0), jnp.array([0.0, 1.0]))
        >>> line(jnp.array([[3.0]])).tolist()
        [[6.0, -5.0]]
    """

    scores: Callable[[jax.Array], jax.Array]
    scale: jax.Array
    intercepts: jax.Array

    def __call__(self, inputs: jax.Array) -> jax.Array:
        """The rescaled class scores."""
        return self.scale * self.scores(inputs) + self.intercepts

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return int(self.intercepts.shape[-1])

    @property
    def ascent(self) -> Callable[..., jax.Array] | None:
        """The signed ascent of the scores as one call; None where they offer none."""
        return getattr(self.scores, "ascent", None)


@dataclass(frozen=True)
class Rescaled(Network):
    """A trained network whose class scores are rescaled; it is asked, never trained.

    Example:
        >>> from interplay.models.dense import Dense, Layer
        >>> trained = (Layer(jnp.array([[1.0, -1.0]]), jnp.zeros(2)),)
        >>> refitted = RescaledParameters(trained, jnp.array(2.0), jnp.array([0.0, 1.0]))
        >>> Rescaled(Dense((1, 2))).logits(refitted, jnp.array([[2.0]])).tolist()
        [[4.0, -3.0]]
    """

    network: Network

    def initial(self, key: jax.Array) -> RescaledParameters:
        inner = self.network.initial(key)
        labels = jax.eval_shape(self.network.logits, inner, jnp.zeros((1, 1))).shape[1]
        return RescaledParameters(inner, jnp.ones(()), jnp.zeros(labels))

    def logits(self, parameters: RescaledParameters, inputs: jax.Array) -> jax.Array:
        return parameters.scale * self.network.logits(parameters.parameters, inputs) + parameters.intercepts

    @property
    def tells_activations(self) -> bool:
        return self.network.tells_activations

    def activations(self, parameters: RescaledParameters, inputs: jax.Array) -> jax.Array:
        return self.network.activations(parameters.parameters, inputs)

    def around(
        self, parameters: RescaledParameters, inputs: jax.Array, columns: Int[Array, " moved"]
    ) -> Callable[[jax.Array], jax.Array]:
        inner = self.network.around(parameters.parameters, inputs, columns)
        return RescaledScores(inner, parameters.scale, parameters.intercepts)
