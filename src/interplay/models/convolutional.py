"""A small convolutional network for images given as columns."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from interplay.arrays import Array, Int
from interplay.engine import jax, jnp
from interplay.models.dense import Layer, Layers, affine, last_layer
from interplay.models.network import Examples, Network, clipping, cross_entropy

SIDE = 3
"""The side of a patch, in pixels."""
STRIDE = 2
"""How many pixels lie between the beginnings of two patches; there is no pooling."""


class _Step(NamedTuple):
    """A layer: which values make each patch (None in a dense layer), how many patches, and the sizes of its weight."""

    taken: Int[Array, "place pixel"] | None
    places: int
    inputs: int
    outputs: int


@dataclass(frozen=True)
class Convolutional(Network):
    """Convolutions of 3 by 3 pixels with stride 2, then dense layers; rectified linear units between all.

    filtered[row, place, filter] = relu(patch(image)[row, place] @ weight + bias), places are every second pixel

    `image` is (height, width, channels). A row holds its values in that order, the channel varying fastest; beyond the
    border pixels are zero, so that a layer halves the sides, rounding up. `filters` are the filters of each
    convolution, `hidden` the widths of the dense layers, `labels` the classes. `places` says which value of the image
    each column is, where the columns leave some out, in increasing order; those left out are zero.

    A convolution is patches @ weight, because products of matrices are quick on processor cores and convolutions are
    not.

    Reference: LeCun et al. (1989); Springenberg et al. (2015) for strides instead of pooling; Chellapilla et al. (2006)
    for patches and products.

    Example:
        >>> network = Convolutional((8, 8, 1), filters=(16,), hidden=(32,), labels=10)
        >>> [tuple(layer.weight.shape) for layer in network.shapes]
        [(9, 16), (256, 32), (32, 10)]
        >>> network.operations(64)
        10816.0

    Does not show: whether neighbouring columns are neighbouring pixels; only the study's author knows.
    """

    image: tuple[int, int, int]
    filters: tuple[int, ...]
    hidden: tuple[int, ...]
    labels: int
    places: tuple[int, ...] | None = None

    @property
    def name(self) -> str:
        """What plans and reports call it."""
        height, width, channels = self.image
        return f"convolutional network for {height} x {width} x {channels} images, filters {', '.join(map(str, self.filters))}"

    def initial(self, key: jax.Array) -> Layers:
        """Normal weights with standard deviation sqrt(2 / inputs), biases zero (He et al., 2015, Eq. 10)."""
        keys = jax.random.split(key, len(self._steps))
        return tuple(
            Layer(
                jax.random.normal(one, (step.inputs, step.outputs)) * jnp.sqrt(2.0 / step.inputs),
                jnp.zeros(step.outputs),
            )
            for one, step in zip(keys, self._steps, strict=True)
        )

    def logits(self, parameters: Layers, inputs: jax.Array) -> jax.Array:
        return self._scored(parameters, inputs)[0]

    @property
    def tells_activations(self) -> bool:
        return len(self._steps) > 1

    def activations(self, parameters: Layers, inputs: jax.Array) -> jax.Array:
        return self._scored(parameters, inputs)[1][-1][:, 0]

    def output_layer(self, parameters: Layers) -> Layers:
        return last_layer(parameters)

    def clipped_sum(
        self, parameters: Layers, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Layers, jax.Array]:
        """As in `Network`, with exact norms and no gradient of a single row kept.

        A row's gradient of a layer is the sum over its places of patch times derivative. Its squared norm is the sum
        over pairs of places of (patch . other patch + 1) * (derivative . other derivative), or is taken from the
        gradient itself where that is smaller: where 2 * places ** 2 >= patch * filters.

        Reference: Bu et al. (2022), "Scalable and efficient training of large convolutional neural networks with
        differential privacy", for the choice between the two.
        """
        rows = len(examples.labels)
        copies = 1 if examples.inputs.ndim == 2 else examples.inputs.shape[1]
        flat = examples.inputs.reshape(rows * copies, -1)
        labels, weights = jnp.repeat(examples.labels, copies), jnp.repeat(examples.weights / copies, copies)

        def loss(taps: list[jax.Array]) -> tuple[jax.Array, list[jax.Array]]:
            scores, seen = self._scored(parameters, flat, taps)
            return jnp.sum(weights * cross_entropy(scores, labels)), seen

        taps = [jnp.zeros((rows * copies, one.places, one.outputs)) for one in self._steps]
        derivatives, seen = jax.grad(loss, has_aux=True)(taps)
        pairs = [tuple(_by_record(one, rows) for one in pair) for pair in zip(seen, derivatives, strict=True)]
        norms = jnp.sqrt(jnp.asarray(sum(_squares(*pair) for pair in pairs)))
        scale = clipping(norms, max_grad_norm)[:, None, None]
        return tuple(_summed(values, derivative * scale) for values, derivative in pairs), norms

    def operations(self, columns: int) -> float:
        return float(sum(one.places * one.inputs * one.outputs for one in self._steps))

    def _scored(
        self, parameters: Layers, inputs: jax.Array, taps: Sequence[jax.Array] = ()
    ) -> tuple[jax.Array, list[jax.Array]]:
        """The class scores, with `taps` added to what each layer gives, and what went into each (row, place, value)."""
        values, seen = inputs[:, :, None], []
        for depth, (one, layer) in enumerate(zip(self._steps, parameters, strict=True)):
            values = values.reshape(len(inputs), 1, -1) if one.taken is None else _patches(values, one.taken)
            seen.append(values)
            values = affine(values.reshape(-1, one.inputs), layer).reshape(len(inputs), one.places, one.outputs)
            values = values + taps[depth] if taps else values
            values = jax.nn.relu(values) if depth < len(parameters) - 1 else values
        return values[:, 0], seen

    @functools.cached_property
    def _steps(self) -> tuple[_Step, ...]:
        """The layers in their order: convolutions, then dense ones, which see one place that holds all values."""
        height, width, channels = self.image
        found: list[_Step] = []
        for outputs in self.filters:
            taken = _index(height, width) if found else _columns(self.image, self.places)
            found.append(_Step(taken, len(taken), SIDE * SIDE * channels, outputs))
            height, width, channels = -(-height // STRIDE), -(-width // STRIDE), outputs
        inputs = height * width * channels
        for outputs in (*self.hidden, self.labels):
            found.append(_Step(None, 1, inputs, outputs))
            inputs = outputs
        return tuple(found)


def _index(height: int, width: int) -> Int[Array, "place pixel"]:
    """The pixels of every patch, as positions in the image; height * width stands for a pixel beyond the border."""
    rows, columns = (list(_starts(side)) for side in (height, width))
    inside = np.full((height + SIDE, width + SIDE), height * width)
    inside[:height, :width] = np.arange(height * width).reshape(height, width)
    window = np.arange(SIDE)
    # A patch that begins above or left of the image has index -1, which is the last line of `inside`: beyond the border.
    return np.stack([inside[np.ix_(row + window, column + window)].ravel() for row in rows for column in columns])


def _starts(side: int) -> Iterator[int]:
    """Where patches begin along a side: as many as fill it, what lies beyond shared between both ends."""
    count = -(-side // STRIDE)
    before = max((count - 1) * STRIDE + SIDE - side, 0) // 2
    return (place * STRIDE - before for place in range(count))


def _columns(image: tuple[int, int, int], places: tuple[int, ...] | None) -> Int[Array, "place value"]:
    """The columns of every patch of the input; one more than the last column stands for a value that is not there."""
    height, width, channels = image
    held = np.arange(height * width * channels) if places is None else np.asarray(places)
    columns = np.full((height * width + 1, channels), len(held))
    columns.flat[held] = np.arange(len(held))
    pixels = _index(height, width)
    return columns[pixels].reshape(len(pixels), -1)


def _patches(values: jax.Array, index: Int[Array, "place pixel"]) -> jax.Array:
    """The patches (row, place, value) of values (row, position, channel)."""
    beyond = jnp.zeros((len(values), 1, values.shape[2]), values.dtype)
    taken = (
        jnp.concatenate([values, beyond], axis=1)
        .at[:, index]
        .get(mode="promise_in_bounds", wrap_negative_indices=False)
    )
    return taken.reshape(len(values), len(index), -1)


def _by_record(values: jax.Array, rows: int) -> jax.Array:
    """With several copies of each record, their places count as places of the record."""
    return values.reshape(rows, -1, values.shape[2])


def _squares(values: jax.Array, derivative: jax.Array) -> jax.Array:
    """Squared norms of the records' gradients of one layer."""
    places, size, outputs = values.shape[1], values.shape[2], derivative.shape[2]
    if places == 1:
        return jnp.sum(derivative**2, axis=(1, 2)) * (jnp.sum(values**2, axis=(1, 2)) + 1.0)
    if 2 * places**2 < size * outputs:
        alike = jnp.einsum("rap,rbp->rab", values, values) + 1.0
        return jnp.sum(alike * jnp.einsum("raf,rbf->rab", derivative, derivative), axis=(1, 2))
    each = jnp.einsum("rap,raf->rpf", values, derivative)
    return jnp.sum(each**2, axis=(1, 2)) + jnp.sum(jnp.sum(derivative, axis=1) ** 2, axis=1)


def _summed(values: jax.Array, derivative: jax.Array) -> Layer:
    """The gradient of a layer over all records."""
    seen, given = values.reshape(-1, values.shape[2]), derivative.reshape(-1, derivative.shape[2])
    return Layer(seen.T @ given, jnp.sum(given, axis=0))
