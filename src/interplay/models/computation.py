"""What a network is called, and what it computes, as text: the same text, the same computation."""

from interplay.acceleration import kernel
from interplay.engine import jax, jnp
from interplay.models.network import Network, Parameters

ROWS = 8
"""How many rows the computation is written down for."""


def called(network: Network) -> str:
    """What plans, errors and reports call a network: its `name`, or the name of its class.

    Example:
        >>> from interplay.models.dense import Dense
        >>> called(Dense((5, 2)))
        'Dense'
    """
    name = getattr(network, "name", None)
    return name if isinstance(name, str) and name else type(network).__name__


def computation(network: Network, columns: int) -> str:
    """The operations of a network with their constants, for `columns` encoded columns.

    The text is that of JAX's portable operations (StableHLO) for the initial parameters, the class scores, and the
    gradient of the losses, so that a change of any of them changes it: another constant, another layer, another rule
    for the gradient. It does not depend on the machine or on the run.

    Reference: Bradbury et al. (2018), JAX: transformations of pure functions.

    Example:
        >>> from interplay.models.dense import Dense
        >>> computation(Dense((5, 2)), 5) == computation(Dense((5, 2)), 5)
        True
        >>> computation(Dense((5, 2)), 5) == computation(Dense((5, 4, 2)), 5)
        False

    Does not show: whether two different texts compute the same numbers; another version of JAX may write another text.
    """
    inputs = jax.ShapeDtypeStruct((ROWS, columns), jnp.float32)
    labels = jax.ShapeDtypeStruct((ROWS,), jnp.int32)

    def initial(words: jax.Array) -> Parameters:
        return network.initial(jax.random.wrap_key_data(words))

    def logits(parameters: Parameters, inputs: jax.Array) -> jax.Array:
        return network.logits(parameters, inputs)

    def gradient(parameters: Parameters, inputs: jax.Array, labels: jax.Array) -> Parameters:
        return jax.grad(lambda moved: jnp.sum(network.losses(moved, inputs, labels)))(parameters)

    shapes, key = network.shapes, jax.ShapeDtypeStruct((2,), jnp.uint32)
    parts = (initial, (key,)), (logits, (shapes, inputs)), (gradient, (shapes, inputs, labels))
    with kernel.set_aside():
        return "\n".join(
            jax.jit(one).trace(*given).lower(lowering_platforms=("cpu",)).as_text() for one, given in parts
        )
