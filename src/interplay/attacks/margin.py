"""The margin loss: what an attack climbs when cross-entropy is flat."""

from interplay.engine import jax, jnp
from interplay.models.network import excess_of_other


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


def worse(first: jax.Array, second: jax.Array, labels: jax.Array) -> jax.Array:
    """Row by row, the scores that lie further on the wrong side; the first where the two are level.

    worse = second where margin(second, labels) > margin(first, labels), else first

    `first` and `second` are logits (row, label) of the same rows moved by two attacks, so that a row counts as broken
    when either attack breaks it. In the unit of the logits.

    Reference: Croce and Hein (2020), who take the worst case over several attacks.

    Example:
        >>> worse(jnp.array([[1.0, 0.0]]), jnp.array([[0.0, 2.0]]), jnp.array([0])).tolist()
        [[0.0, 2.0]]

    Does not show: the worst row for another purpose than the decision, such as a conformity score of many classes.
    """
    return jnp.where((margin(second, labels) > margin(first, labels))[:, None], second, first)
