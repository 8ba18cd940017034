"""What any predictor is here: a pure function from parameters and inputs to class scores."""

import abc
import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from interplay.acceleration import kernel
from interplay.arrays import Array, Int
from interplay.engine import jax, jnp

Parameters = Any
"""A tree of arrays: whatever a network's `initial` gives. Stacks have the members on a leading axis."""


RecordLoss = Callable[[Sequence[jax.Array], jax.Array], jax.Array]
"""The loss of every record from the class scores (row, label) of each of its copies, and the labels."""


class Examples(NamedTuple):
    """Rows to learn from: `inputs` (row, column), or (row, copy, column) with several copies of each record.

    `weights` multiply the losses and are zero for padding rows. `factors` are what a rule for gradients has for every row
    (`GradientIntervention.factors`); None where it has nothing.
    """

    inputs: jax.Array
    labels: jax.Array
    weights: jax.Array
    factors: jax.Array | None = None


class Network(abc.ABC):
    """A predictor as two pure functions. Subclasses are frozen dataclasses: equal networks share compiled programs.

    Everything else has a default that works for any architecture, and may be overridden by something faster.
    """

    @abc.abstractmethod
    def initial(self, key: jax.Array) -> Parameters:
        """Parameters to start from."""

    @abc.abstractmethod
    def logits(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        """Class scores (row, label) of inputs (row, column); each row's depend on that row only."""

    @property
    def tells_activations(self) -> bool:
        """Whether `activations` and `output_layer` can be asked."""
        return False

    def activations(self, parameters: Parameters, inputs: jax.Array) -> jax.Array:
        """What the last hidden layer gives (row, unit), from which the class scores are an affine function.

        Raises NotImplementedError where the network has no such layer, or does not tell.
        """
        raise NotImplementedError(f"{type(self).__name__} tells of no hidden layer")

    def output_layer(self, parameters: Parameters) -> Parameters:
        """Ones for the parameters above the last hidden layer, and zeros for those up to it.

        Raises NotImplementedError where `activations` does.
        """
        raise NotImplementedError(f"{type(self).__name__} tells of no hidden layer")

    def around(
        self, parameters: Parameters, inputs: jax.Array, columns: Int[Array, " moved"]
    ) -> Callable[[jax.Array], jax.Array]:
        """The class scores as a function of some columns, the others held at `inputs`.

        An attack asks it many times, so a network does what does not depend on those columns only once.
        """
        if len(columns) == inputs.shape[1]:
            return lambda moved: self.logits(parameters, moved)
        return lambda moved: self.logits(parameters, placed(inputs, columns, moved))

    def clipped_sum(
        self, parameters: Parameters, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Parameters, jax.Array]:
        """The sum of the records' gradients, each clipped to `max_grad_norm`, and their norms before clipping.

        sum over rows of g * min(1, max_grad_norm / norm(g)), g = gradient of weight * mean loss of the row's copies

        `max_grad_norm` is one number, or one for every record.

        This one forms every row's gradient: memory grows with rows times parameters.

        Reference: Abadi et al. (2016), Algorithm 1; De et al. (2022) for averaging copies before clipping.
        """
        return _clipped(self.losses, parameters, examples, max_grad_norm)

    def clipped_sum_by(
        self, rule: RecordLoss, parameters: Parameters, examples: Examples, max_grad_norm: jax.Array | float
    ) -> tuple[Parameters, jax.Array]:
        """The same where `rule` is the loss of a record: a function of the class scores of its copies, and of labels."""
        return _clipped(functools.partial(self.losses_by, rule), parameters, examples, max_grad_norm)

    def losses_by(self, rule: RecordLoss, parameters: Parameters, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        """The loss of every record (row, copy, column) by a rule, in nats."""
        return rule([self.logits(parameters, inputs[:, copy]) for copy in range(inputs.shape[1])], labels)

    def losses(self, parameters: Parameters, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        """Cross-entropy of every row in nats; the mean of its copies where inputs are (row, copy, column)."""
        if inputs.ndim == 2:
            return cross_entropy(self.logits(parameters, inputs), labels)
        rows, copies = inputs.shape[:2]
        scores = self.logits(parameters, inputs.reshape(rows * copies, -1))
        return cross_entropy(scores, jnp.repeat(labels, copies)).reshape(rows, copies).mean(axis=1)

    @property
    def shapes(self) -> Parameters:
        """The tree of parameter shapes, without making any."""
        return jax.eval_shape(self.initial, jax.random.key(0))

    @property
    def size(self) -> int:
        """How many parameters there are."""
        return sum(int(np.prod(leaf.shape)) for leaf in jax.tree.leaves(self.shapes))

    @property
    def forms_gradients(self) -> bool:
        """Whether `clipped_sum` holds one gradient for every row of a batch in memory."""
        return type(self).clipped_sum is Network.clipped_sum

    def operations(self, columns: int) -> float:
        """Multiply-adds of the class scores of one row, counted by the compiler."""
        row = jax.ShapeDtypeStruct((1, columns), jnp.float32)
        with kernel.set_aside():
            found = jax.jit(lambda *given: self.logits(*given)).lower(self.shapes, row).cost_analysis()
        return float((found or {}).get("flops", 2.0 * self.size)) / 2


def placed(inputs: jax.Array, columns: Int[Array, " moved"], values: jax.Array) -> jax.Array:
    """The inputs (row, column) with `values` (row, moved) in some columns, which are in increasing order.

    It is written with one piece for every run of neighbouring columns, which compiles to copies; setting single columns
    compiles to a loop over numbers.

    Example:
        >>> placed(jnp.zeros((1, 4)), np.array([1, 2]), jnp.array([[5.0, 6.0]])).tolist()
        [[0.0, 5.0, 6.0, 0.0]]
    """
    width = inputs.shape[1]
    where = np.full(width, -1)
    where[columns] = np.arange(len(columns))
    starts = np.flatnonzero(np.diff((where >= 0).astype(int), prepend=-1))
    pieces = []
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        source, begin = (values, where[start]) if where[start] >= 0 else (inputs, start)
        pieces.append(source[:, begin : begin + end - start])
    return jnp.concatenate(pieces, axis=1)


def _clipped(
    losses: Callable[..., jax.Array], parameters: Parameters, examples: Examples, max_grad_norm: jax.Array | float
) -> tuple[Parameters, jax.Array]:
    """The clipped sum of gradients that are formed row by row, and their norms."""

    def loss(parameters: Parameters, inputs: jax.Array, label: jax.Array, weight: jax.Array) -> jax.Array:
        return weight * losses(parameters, inputs[None], label[None])[0]

    each = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0, 0))(
        parameters, examples.inputs, examples.labels, examples.weights
    )
    leaves = jax.tree.leaves(each)
    squares = sum(jnp.sum(leaf.reshape(leaf.shape[0], -1) ** 2, axis=1) for leaf in leaves)
    norms = jnp.sqrt(jnp.asarray(squares))
    scale = clipping(norms, max_grad_norm)
    return jax.tree.map(lambda leaf: jnp.tensordot(scale, leaf, axes=1), each), norms


def clipping(norms: jax.Array, max_grad_norm: jax.Array | float) -> jax.Array:
    """What each gradient is multiplied with so that its norm is at most `max_grad_norm`."""
    return jnp.where(norms > max_grad_norm, max_grad_norm / jnp.maximum(norms, max_grad_norm), 1.0)


def excess_of_other(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """With two classes, the score of the other class less that of the label.

    It is written as a sum over classes because the slope of a sum is a product, and that of a slice a padded array,
    which compiles to slow loops.

    Example:
        >>> excess_of_other(jnp.array([[3.0, 1.0], [3.0, 1.0]]), jnp.array([0, 1])).tolist()
        [-2.0, 2.0]
    """
    return jnp.where(labels == 1, -1.0, 1.0) * jnp.sum(scores * jnp.array([-1.0, 1.0]), axis=1)


def cross_entropy(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """-log softmax(scores)[label] for every row, in nats.

    Example:
        >>> [round(float(loss), 4) for loss in cross_entropy(jnp.array([[0.0, 0.0]]), jnp.array([1]))]
        [0.6931]
    """
    if scores.shape[1] == 2:
        return _softplus(excess_of_other(scores, labels))
    picked = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    return jax.nn.logsumexp(scores, axis=1) - picked


@jax.custom_jvp
def _softplus(inputs: jax.Array) -> jax.Array:
    """log(1 + exp(inputs)), whose slope is computed once: JAX's own goes through the value, element by element."""
    return jax.nn.softplus(inputs)


@_softplus.defjvp
def _along(primals: tuple[jax.Array], tangents: tuple[jax.Array]) -> tuple[jax.Array, jax.Array]:
    (inputs,), (change,) = primals, tangents
    return _softplus(inputs), jax.nn.sigmoid(inputs) * change
