"""The margin loss: what an attack climbs when cross-entropy is flat."""

from collections.abc import Callable
from dataclasses import dataclass

from interplay.engine import jax, jnp
from interplay.models.network import cross_entropy, excess_of_other


def margin(scores: jax.Array, labels: jax.Array) -> jax.Array:
    """By how much the largest other class score exceeds that of the label; positive where the decision is wrong.

    margin = max over classes c other than the label of scores[c] - scores[label]

    `scores` are logits (row, label), `labels` class numbers (row); in the unit of the logits. An attacker raises it, a
    defender wants it small. With two classes its gradient by the inputs is that of cross-entropy divided by the
    probability of the other class, so the direction is the same, and it does not vanish for a model that is sure.

    Reference: Carlini and Wagner (2017), after their loss f6, without its bound.

    Example:
        >>> margin(jnp.array([[3.0, 1.0, 2.0], [3.0, 1.0, 2.0]]), jnp.array([0, 1])).tolist()
        [-1.0, 2.0]
        >>> sure = lambda x: x * jnp.array([[0.0, 100.0]])
        >>> float(jax.grad(lambda x: margin(sure(x), jnp.array([1]))[0])(2.0))
        -100.0
        >>> float(jax.grad(lambda x: -jax.nn.log_softmax(sure(x))[0, 1])(2.0))  # cross-entropy is flat here
        0.0

    Does not show: how far away the decision changes; logits have no common scale.
    """
    if scores.shape[1] == 2:
        return excess_of_other(scores, labels)
    own = jnp.take_along_axis(scores, labels[:, None], axis=1)[:, 0]
    others = jnp.where(jax.nn.one_hot(labels, scores.shape[1]) > 0, -jnp.inf, scores)
    return jnp.max(others, axis=1) - own


@dataclass(frozen=True, eq=False)
class Excess:
    """The margin as a function of moved inputs, for attacks to climb; with two labels, its ascent may be one call.

    `scores` gives class scores (row, label) of inputs (row, column); rows whose `weights` are zero stay.

    Example:
        >>> climbed = Excess(lambda x: jnp.concatenate([x, -x], axis=1), jnp.array([0]))
        >>> climbed(jnp.array([[1.0]])).tolist()
        [-2.0]
    """

    scores: Callable[[jax.Array], jax.Array]
    labels: jax.Array
    weights: jax.Array | None = None

    def __call__(self, moved: jax.Array) -> jax.Array:
        """The margin of every row."""
        return margin(self.scores(moved), self.labels)

    def ascent(self) -> Callable[..., jax.Array] | None:
        """`ascent(start, low, high, stride, steps)`, the signed ascent from `start` as one call; None without one."""
        ascent = getattr(self.scores, "ascent", None)
        if ascent is None or getattr(self.scores, "labels", None) != 2:
            return None
        up = jnp.where(self.labels == 1, -1.0, 1.0)
        if self.weights is not None:
            up = jnp.where(self.weights == 0, 0.0, up)
        return lambda start, low, high, stride, steps: ascent(start, low, high, up * stride, steps)


def steepest(
    scores: Callable[[jax.Array], jax.Array], start: jax.Array, labels: jax.Array, weights: jax.Array | None = None
) -> Callable[[jax.Array], jax.Array]:
    """What an attack climbs from `start` (row, column): with two labels the margin, otherwise cross-entropy.

    With two labels both slopes have the same sign, and that of the margin is cheaper and never vanishes. Arguments are
    those of `Excess`.
    """
    if jax.eval_shape(scores, start).shape[1] == 2:
        return Excess(scores, labels, weights)
    return lambda moved: cross_entropy(scores(moved), labels)
