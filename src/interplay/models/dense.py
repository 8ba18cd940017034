"""Dense networks as pure functions of their parameters: logistic regression and perceptrons of any depth."""

from typing import NamedTuple

from interplay.arrays import Array, Float
from interplay.engine import jax, jnp


class Layer(NamedTuple):
    """One affine layer: `weight` (inputs, outputs) and `bias` (outputs)."""

    weight: jax.Array
    bias: jax.Array


Parameters = tuple[Layer, ...]


def initial(key: jax.Array, widths: tuple[int, ...]) -> Parameters:
    """Parameters of a network with these widths, inputs first and classes last.

    Weights are normal with standard deviation sqrt(2 / inputs), biases zero (He et al., 2015, Eq. 10).
    """
    keys = jax.random.split(key, len(widths) - 1)
    return tuple(
        Layer(
            jax.random.normal(keys[i], (widths[i], widths[i + 1])) * jnp.sqrt(2.0 / widths[i]), jnp.zeros(widths[i + 1])
        )
        for i in range(len(widths) - 1)
    )


def logits(parameters: Parameters, inputs: jax.Array) -> jax.Array:
    """Class scores (row, label); rectified linear units between layers.

    Example:
        >>> one = Layer(jnp.array([[1.0, -1.0]]), jnp.zeros(2))
        >>> logits((one,), jnp.array([[2.0]])).tolist()
        [[2.0, -2.0]]
    """
    hidden = inputs
    for layer in parameters[:-1]:
        hidden = jax.nn.relu(hidden @ layer.weight + layer.bias)
    last = parameters[-1]
    return hidden @ last.weight + last.bias


def losses(parameters: Parameters, inputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Cross-entropy of every row, in nats."""
    return cross_entropy(logits(parameters, inputs), labels)


def cross_entropy(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """-log softmax(scores)[label] for every row, in nats."""
    picked = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    return jax.nn.logsumexp(scores, axis=1) - picked


def clipped_sum(
    parameters: Parameters, inputs: jax.Array, labels: jax.Array, weights: jax.Array, max_grad_norm: float
) -> tuple[Parameters, jax.Array]:
    """The sum of per-example gradients, each clipped to `max_grad_norm`, and the norms before clipping.

    sum over rows of g * min(1, max_grad_norm / norm(g)), g = gradient of weight * loss of the row

    The norms are exact and no per-example gradient is formed: for a dense layer the squared norm of a row's gradient is
    (norm of its input squared + 1) times (norm of its output derivative squared). A row of weight zero adds nothing.

    Reference: Goodfellow (2015), "Efficient per-example gradient computations"; Cresswell (2025), Eq. 3.
    """
    count = inputs.shape[0]

    def weighted_loss(taps: tuple[jax.Array, ...]) -> tuple[jax.Array, tuple[jax.Array, ...]]:
        hidden, seen = inputs, []
        for depth, layer in enumerate(parameters):
            seen.append(hidden)
            out = hidden @ layer.weight + layer.bias + taps[depth]
            hidden = jax.nn.relu(out) if depth < len(parameters) - 1 else out
        return jnp.sum(weights * cross_entropy(hidden, labels)), tuple(seen)

    zeros = tuple(jnp.zeros((count, layer.bias.shape[0])) for layer in parameters)
    derivatives, activations = jax.grad(weighted_loss, has_aux=True)(zeros)
    squares = sum(
        jnp.sum(delta**2, axis=1) * (jnp.sum(seen**2, axis=1) + 1.0)
        for delta, seen in zip(derivatives, activations, strict=True)
    )
    norms = jnp.sqrt(jnp.asarray(squares))
    scale = jnp.where(norms > max_grad_norm, max_grad_norm / jnp.maximum(norms, max_grad_norm), 1.0)
    total = tuple(
        Layer(seen.T @ (delta * scale[:, None]), jnp.sum(delta * scale[:, None], axis=0))
        for delta, seen in zip(derivatives, activations, strict=True)
    )
    return total, norms


def predict(parameters: Parameters, inputs: Float[Array, "row column"]) -> Float[Array, "row label"]:
    """Class scores as a numpy array in float64."""
    return jnp.asarray(logits(parameters, jnp.asarray(inputs))).__array__().astype("float64")
