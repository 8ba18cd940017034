"""How far predicted probabilities lie apart: what an attack climbs that is to change a prediction, right or wrong."""

from interplay.engine import jax, jnp


def divergence(scores: jax.Array, moved: jax.Array) -> jax.Array:
    """The Kullback-Leibler divergence of the moved rows' predicted probabilities from those of the rows, in nats.

    divergence = sum over classes c of p[c] * (log p[c] - log q[c]), p = softmax(scores), q = softmax(moved)

    Both are class scores (row, label). At least 0, and 0 where the probabilities agree; large where a prediction is far
    less sure, or another one.

    Reference: Kullback and Leibler (1951); Zhang et al. (2019), Eq. 5, as the loss between predictions.

    Example:
        >>> sure, even = jnp.array([[2.0, 0.0]]), jnp.array([[0.0, 0.0]])
        >>> round(float(divergence(sure, even)[0]), 4), float(divergence(sure, sure)[0])
        (0.3278, 0.0)

    Does not show: whether either prediction is right.
    """
    before, after = jax.nn.log_softmax(scores, axis=1), jax.nn.log_softmax(moved, axis=1)
    return jnp.sum(jnp.exp(before) * (before - after), axis=1)
