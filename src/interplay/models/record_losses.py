"""A network that learns by a loss of its records which is not the mean cross-entropy of their copies."""

from collections.abc import Callable
from dataclasses import dataclass

from interplay.arrays import Array, Int
from interplay.engine import jax
from interplay.models.network import Examples, Network, Parameters, RecordLoss


@dataclass(frozen=True, eq=False)
class RecordLosses(Network):
    """The same network with another loss of a record; it is made within a training step, and never asked afterwards.

    losses(parameters, inputs, labels) = rule(class scores of the first copies, of the second, ..., labels)

    `inputs` are (row, copy, column). Everything that is made from losses, as clipped sums of gradients are, is made from
    these.

    Example:
        >>> from interplay.engine import jnp
        >>> from interplay.models.dense import Dense, Layer
        >>> line = (Layer(jnp.array([[1.0, -1.0]]), jnp.zeros(2)),)
        >>> gap = RecordLosses(Dense((1, 2)), lambda scores, labels: (scores[1] - scores[0])[:, 0])
        >>> gap.losses(line, jnp.array([[[1.0], [3.0]]]), jnp.array([0])).tolist()
        [2.0]
    """

    network: Network
    rule: RecordLoss

    def initial(self, key: jax.Array) -> Parameters:
        return self.network.initial(key)

    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        return self.network.logits(parameters, inputs)

    def around(
        self, parameters: Parameters, inputs: jax.Array, columns: Int[Array, " moved"]
    ) -> Callable[[jax.Array], jax.Array]:
        return self.network.around(parameters, inputs, columns)

    def losses(self, parameters: Parameters, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        """The loss of every record in nats."""
        return self.network.losses_by(self.rule, parameters, inputs, labels)

    def clipped_sum(
        self, parameters: Parameters, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Parameters, jax.Array]:
        return self.network.clipped_sum_by(self.rule, parameters, examples, max_grad_norm)
