"""Perceptrons computed by a compiled kernel on processor cores: class scores, gradients, and an attack's ascent.

The numbers are those of `Dense`'s own operations but for the order of sums. Zeros of a row are not multiplied, which
most columns of an encoded table are; places of a batch without a row cost nothing on the way back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.acceleration import kernel
from interplay.engine import jax, jnp
from interplay.models.network import Examples, cross_entropy

SOURCE = Path(kernel.__file__).with_name("perceptron.c")

PAD = 16
"""The kernel gives what hidden layers give in rows of a multiple of so many numbers."""
MOST_LAYERS = 64

Layers = Sequence[Any]
"""Pairs of `weight` and `bias`, in the order of the computation."""


def computes(layers: Layers, inputs: jax.Array) -> bool:
    """Whether the kernel computes this network for these inputs."""
    suits = 1 < len(layers) <= MOST_LAYERS and inputs.ndim == 2 and inputs.dtype == jnp.float32
    return suits and kernel.available(SOURCE)


@jax.custom_vjp
def scores(held: jax.Array, inputs: jax.Array, weight: jax.Array, above: Layers) -> jax.Array:
    """Class scores (row, label): `held` + inputs @ weight enters the first rectifier, and `above` are the layers above.

    `held` is the bias of the first layer, or has a row for every row of `inputs`.
    """
    return _forward(held, inputs, weight, above)[0]


def _remembered(held: jax.Array, inputs: jax.Array, weight: jax.Array, above: Layers) -> tuple[jax.Array, Any]:
    found, hidden = _forward(held, inputs, weight, above)
    return found, (held, inputs, weight, above, hidden)


def _back(kept: Any, slopes: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, Layers]:
    held, inputs, weight, above, hidden = kept
    weights = (weight, *(layer[0] for layer in above))
    ((by_weight, by_bias), *by_above), _ = _gradient(inputs, weights, hidden, slopes, jnp.inf)
    results = _shape(*inputs.shape), _shape(inputs.shape[0], weight.shape[1])
    by_inputs, by_rows = _call("perceptron_slopes", results, inputs, *weights, *hidden, slopes)
    layers = tuple(type(layer)(*by) for layer, by in zip(above, by_above, strict=True))
    return by_rows if held.ndim > 1 else by_bias, by_inputs, by_weight, layers


scores.defvjp(_remembered, _back)


def first(inputs: jax.Array, layer: Any) -> jax.Array:
    """What the first layer gives before its rectifier: inputs @ weight + bias. Without gradients."""
    weight, bias = layer
    (found,) = _call("perceptron_first", (_shape(inputs.shape[0], bias.shape[0]),), inputs, bias, weight)
    return found


def clipped_sum(
    layers: Layers, examples: Examples, max_grad_norm: jax.Array | float
) -> tuple[tuple[tuple[jax.Array, jax.Array], ...], jax.Array]:
    """As `Network.clipped_sum`, for records without copies: pairs of weight and bias, and the norms before clipping."""
    first, above = layers[0], layers[1:]
    found, hidden = _forward(first.bias, examples.inputs, first.weight, above)
    slopes = jax.grad(lambda scores: jnp.sum(examples.weights * cross_entropy(scores, examples.labels)))(found)
    return _gradient(examples.inputs, [layer.weight for layer in layers], hidden, slopes, max_grad_norm)


@dataclass(frozen=True, eq=False)
class Around:
    """Class scores as a function of some columns: `weight` is theirs, `held` what the other columns and the bias give."""

    held: jax.Array
    weight: jax.Array
    above: Layers

    @property
    def labels(self) -> int:
        """How many labels there are."""
        return int(self.above[-1][1].shape[0])

    def __call__(self, moved: jax.Array) -> jax.Array:
        """The class scores (row, label)."""
        return scores(self.held, moved, self.weight, self.above)

    def ascent(self, start: jax.Array, low: jax.Array, high: jax.Array, stride: jax.Array, steps: int) -> jax.Array:
        """Where `steps` signed steps up the score of label 1 less that of label 0 end, each cut to `low` and `high`.

        x <- clip(x + stride * sign(slope at x), low, high). A row's stride is negative to go down, and 0 to stay.
        """
        parts = [part for layer in self.above for part in layer]
        (found,) = _call(
            "perceptron_ascent", (_shape(*start.shape),),
            start, low, high, stride, self.held, jnp.int32(steps), self.weight, *parts,
        )  # fmt: skip
        return found


def _forward(
    held: jax.Array, inputs: jax.Array, weight: jax.Array, above: Layers
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """Class scores, and what every hidden layer gives."""
    widths = [weight.shape[1], *(layer[1].shape[0] for layer in above)]
    wide = [PAD * -(-width // PAD) for width in widths[:-1]]
    results = tuple(_shape(inputs.shape[0], width) for width in (widths[-1], *wide))
    parts = [part for layer in above for part in layer]
    found = _call("perceptron_forward", results, inputs, held, weight, *parts)
    return found[0], found[1:]


def _gradient(
    inputs: jax.Array,
    weights: Sequence[jax.Array],
    hidden: Sequence[jax.Array],
    slopes: jax.Array,
    limit: jax.Array | float,
) -> tuple[tuple[tuple[jax.Array, jax.Array], ...], jax.Array]:
    """The sum of the rows' gradients, each clipped to `limit`, as pairs of weight and bias; and norms, if limited.

    `limit` is one number, or one for every row.
    """
    shapes = [shape for weight in weights for shape in (_shape(*weight.shape), _shape(weight.shape[1]))]
    results = (*shapes, _shape(inputs.shape[0]))
    *found, norms = _call(
        "perceptron_gradient", results, inputs, *weights, *hidden, slopes, jnp.asarray(limit, jnp.float32)
    )
    return tuple(zip(found[::2], found[1::2], strict=True)), norms


def _call(name: str, results: tuple[jax.ShapeDtypeStruct, ...], *arguments: jax.Array) -> tuple[jax.Array, ...]:
    return tuple(jax.ffi.ffi_call(name, results, vmap_method="sequential")(*arguments))


def _shape(*sizes: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(sizes, jnp.float32)
