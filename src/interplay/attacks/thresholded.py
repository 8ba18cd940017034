"""Class scores of a decision that is taken at a threshold, so that an attack on them is one on that decision."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from interplay.engine import jax, jnp
from interplay.models.rescaled import RescaledScores

Scores = Callable[[jax.Array], jax.Array]


class Favourable(NamedTuple):
    """Which of how many labels is the favourable one."""

    label: int
    of: int


def thresholded(scores: Scores, favourable: Favourable, cuts: jax.Array) -> Scores:
    """Class scores whose largest is the decision "favourable where its log-odds reach the cut, else the likeliest other".

    score(favourable) = log-odds of the favourable class - cut, score(other) = log p(other) - max over others of log p

    With two labels this is the class scores with the cut taken off the favourable one. `scores` maps inputs (row,
    column) to class scores (row, label) and `cuts` has one number per row, in log-odds.

    Reference: Hardt et al. (2016) for decisions at thresholds by group.

    Example:
        >>> line = lambda x: jnp.concatenate([-x, x], axis=1)
        >>> thresholded(line, Favourable(1, of=2), jnp.array([3.0]))(jnp.array([[1.0]])).tolist()
        [[-1.0, -2.0]]

    Does not show: who set the cuts, nor whether they hold for other rows.
    """

    def of_many(inputs: jax.Array) -> jax.Array:
        found = scores(inputs)
        is_favourable = jnp.arange(favourable.of) == favourable.label
        others = jnp.where(is_favourable, -jnp.inf, found)
        odds = found[:, favourable.label] - jax.nn.logsumexp(others, axis=1) - cuts
        return jnp.where(is_favourable, odds[:, None], found - jnp.max(others, axis=1, keepdims=True))

    if favourable.of != 2:
        return of_many
    shift = np.eye(2, dtype=np.float32)[favourable.label]
    return RescaledScores(scores, jnp.ones(()), -cuts[:, None] * shift)
