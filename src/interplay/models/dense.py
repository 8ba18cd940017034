"""Dense networks: logistic regression and perceptrons of any depth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from interplay.arrays import Array, Int
from interplay.engine import jax, jnp
from interplay.models import perceptron
from interplay.models.network import Examples, Network, RecordLoss, clipping, cross_entropy

FEW_LABELS = 4
"""Up to so many outputs a layer is computed output by output: products that thin are slow as matrix products."""


class Layer(NamedTuple):
    """One affine layer: `weight` (inputs, outputs) and `bias` (outputs)."""

    weight: jax.Array
    bias: jax.Array


Layers = tuple[Layer, ...]


def last_layer(parameters: Layers) -> Layers:
    """Ones for the last layer, and zeros for those below.

    Example:
        >>> one = Layer(jnp.array([[2.0]]), jnp.array([3.0]))
        >>> [float(layer.weight[0, 0]) for layer in last_layer((one, one))]
        [0.0, 1.0]
    """
    below, last = parameters[:-1], parameters[-1]
    return (*jax.tree.map(jnp.zeros_like, below), jax.tree.map(jnp.ones_like, last))


@dataclass(frozen=True)
class Dense(Network):
    """Affine layers with rectified linear units between them.

    `widths` are the inputs first, then the hidden layers, and the labels last; without hidden layers it is logistic
    regression.

    Example:
        >>> one = Layer(jnp.array([[1.0, -1.0]]), jnp.zeros(2))
        >>> Dense((1, 2)).logits((one,), jnp.array([[2.0]])).tolist()
        [[2.0, -2.0]]
    """

    widths: tuple[int, ...]

    def initial(self, key: jax.Array) -> Layers:
        """Normal weights with standard deviation sqrt(2 / inputs), biases zero (He et al., 2015, Eq. 10)."""
        keys = jax.random.split(key, len(self.widths) - 1)
        return tuple(
            Layer(jax.random.normal(one, (before, after)) * jnp.sqrt(2.0 / before), jnp.zeros(after))
            for one, before, after in zip(keys, self.widths[:-1], self.widths[1:], strict=True)
        )

    def logits(self, parameters: Layers, inputs: jax.Array) -> jax.Array:
        first = parameters[0]
        if perceptron.computes(parameters, inputs):
            return perceptron.scores(first.bias, inputs, first.weight, parameters[1:])
        return _above(parameters[1:], affine(inputs, first))

    @property
    def tells_activations(self) -> bool:
        return len(self.widths) > 2

    def activations(self, parameters: Layers, inputs: jax.Array) -> jax.Array:
        out = inputs
        for layer in parameters[:-1]:
            out = jax.nn.relu(affine(out, layer))
        return out

    def output_layer(self, parameters: Layers) -> Layers:
        return last_layer(parameters)

    def around(
        self, parameters: Layers, inputs: jax.Array, columns: Int[Array, " moved"]
    ) -> Callable[[jax.Array], jax.Array]:
        first, some = parameters[0], len(columns) < inputs.shape[1]
        fast = perceptron.computes(parameters, inputs)
        weight = first.weight[columns] if some else first.weight
        held = first.bias
        if some:
            others = np.ones(inputs.shape[1], np.float32)
            others[columns] = 0.0
            held = (perceptron.first if fast else affine)(inputs * others, first)
        if fast:
            return perceptron.Around(held, weight, parameters[1:])
        return lambda moved: _above(parameters[1:], held + moved @ weight)

    def clipped_sum(
        self, parameters: Layers, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Layers, jax.Array]:
        """As in `Network`, with exact norms and no gradient of a single row ever formed.

        For a dense layer, a row's gradient is a product of what went in and of the output's derivative. Its squared
        norm is (norm of the input squared + 1) * (norm of the derivative squared); with copies, the sum over pairs of
        copies of (input . other input + 1) * (derivative . other derivative).

        Reference: Goodfellow (2015), "Efficient per-example gradient computations"; Cresswell (2025), Eq. 3.
        """
        if perceptron.computes(parameters, examples.inputs):
            found, sizes = perceptron.clipped_sum(parameters, examples, max_grad_norm)
            return tuple(Layer(*one) for one in found), sizes
        copies = 1 if examples.inputs.ndim == 2 else examples.inputs.shape[1]
        labels, weights = jnp.repeat(examples.labels, copies), jnp.repeat(examples.weights / copies, copies)

        def loss(scores: jax.Array) -> jax.Array:
            return jnp.sum(weights * cross_entropy(scores, labels))

        return _clipped(parameters, examples.inputs, copies, loss, max_grad_norm)

    def clipped_sum_by(
        self, rule: RecordLoss, parameters: Layers, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Layers, jax.Array]:
        """The same where `rule` is the loss of a record: a function of the class scores of its copies, and of labels."""
        rows, copies = examples.inputs.shape[:2]

        def loss(scores: jax.Array) -> jax.Array:
            each = scores.reshape(rows, copies, -1)
            return jnp.sum(examples.weights * rule([each[:, copy] for copy in range(copies)], examples.labels))

        return _clipped(parameters, examples.inputs, copies, loss, max_grad_norm)

    def operations(self, columns: int) -> float:
        return float(sum(before * after for before, after in zip(self.widths[:-1], self.widths[1:], strict=True)))


def affine(inputs: jax.Array, layer: Layer) -> jax.Array:
    """Inputs @ weight + bias."""
    outputs = layer.bias.shape[0]
    if outputs > FEW_LABELS:
        return inputs @ layer.weight + layer.bias
    return jnp.stack([inputs @ layer.weight[:, output] for output in range(outputs)], axis=1) + layer.bias


def _above(layers: Layers, first: jax.Array) -> jax.Array:
    """The class scores from the outputs of the first layer."""
    out = first
    for layer in layers:
        out = affine(jax.nn.relu(out), layer)
    return out


def _clipped(
    parameters: Layers,
    inputs: jax.Array,
    copies: int,
    loss: Callable[[jax.Array], jax.Array],
    max_grad_norm: jax.Array | float,
) -> tuple[Layers, jax.Array]:
    """The clipped sum, and the norms, from a loss of the class scores of all copies of all records."""
    flat = inputs.reshape(-1, inputs.shape[-1])

    def tapped(taps: tuple[jax.Array, ...]) -> tuple[jax.Array, tuple[jax.Array, ...]]:
        hidden, seen = flat, []
        for depth, layer in enumerate(parameters):
            seen.append(hidden)
            out = affine(hidden, layer) + taps[depth]
            hidden = jax.nn.relu(out) if depth < len(parameters) - 1 else out
        return loss(hidden), tuple(seen)

    zeros = tuple(jnp.zeros((len(flat), layer.bias.shape[0])) for layer in parameters)
    derivatives, activations = jax.grad(tapped, has_aux=True)(zeros)
    norms = jnp.sqrt(sum(_squares(*pair, copies) for pair in zip(activations, derivatives, strict=True)))
    scale = jnp.repeat(clipping(norms, max_grad_norm), copies)[:, None]
    total = tuple(
        Layer(_outer(seen, delta * scale), jnp.sum(delta * scale, axis=0))
        for seen, delta in zip(activations, derivatives, strict=True)
    )
    return total, norms


def _outer(seen: jax.Array, delta: jax.Array) -> jax.Array:
    """The gradient of a layer's weight: seen.T @ delta."""
    outputs = delta.shape[1]
    if outputs > FEW_LABELS:
        return seen.T @ delta
    return jnp.stack([delta[:, output] @ seen for output in range(outputs)], axis=1)


def _squares(seen: jax.Array, delta: jax.Array, copies: int) -> jax.Array:
    """Squared norms of the rows' gradients of one layer."""
    if copies == 1:
        return jnp.sum(delta**2, axis=1) * (jnp.sum(seen**2, axis=1) + 1.0)
    seen, delta = (one.reshape(-1, copies, one.shape[1]) for one in (seen, delta))
    alike = jnp.einsum("rac,rbc->rab", seen, seen) + 1.0
    return jnp.sum(alike * jnp.einsum("rac,rbc->rab", delta, delta), axis=(1, 2))
