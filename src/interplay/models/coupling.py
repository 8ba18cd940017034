"""Whether the rows of a call act on each other's class scores, as in batch normalisation."""

import numpy as np

from interplay.engine import jax, jnp
from interplay.models.network import Network
from interplay.models.reference import Referenced

ROWS = 8
"""How many random rows are scored together."""
TOLERANCE = 1e-5
"""A change beyond this share of the largest score is more than rounding."""


def couples_rows(network: Network, columns: int) -> bool:
    """Whether one row's class scores change when another row of the same call does.

    True where, for some row j and another row i, |logits(with row j changed)[i] - logits(before)[i]| > 1e-5 * largest
    |logits|; `columns` is the number of encoded columns. Eight normal rows are scored with random parameters near the
    initial ones, and each of two rows is changed in turn, once by a little and once by much. DP-SGD clips the gradient
    of each row by itself, and an attack moves each row by itself: with coupled rows neither says anything about a row.

    Reference: Abadi et al. (2016), Algorithm 1, which clips the gradient of each example; Ioffe and Szegedy (2015) for
    batch normalisation, where it is not defined.

    Example:
        >>> from interplay.models.function import Function
        >>> start = lambda key: jax.random.normal(key, (3, 2))
        >>> couples_rows(Function("line", start, lambda weight, rows: rows @ weight), 3)
        False
        >>> couples_rows(Function("centred", start, lambda weight, rows: (rows - rows.mean(axis=0)) @ weight), 3)
        True

    Does not show: coupling that random rows and parameters do not bring out, nor the influence of rows that the network
    itself holds (see `normalises_batches`).
    """
    first, second = jax.random.split(jax.random.key(0))
    parameters = jax.jit(lambda one, other: _near(network.initial(one), other))(first, second)
    rows = np.random.default_rng(0).normal(size=(ROWS, columns)).astype(np.float32)
    scored = jax.jit(network.logits)
    before = np.asarray(scored(parameters, jnp.asarray(rows)))
    allowed = TOLERANCE * np.abs(before[np.isfinite(before)]).max(initial=0.0)
    for changed, size in ((0, 0.1), (ROWS - 1, 0.1), (0, 10.0), (ROWS - 1, 10.0)):
        moved = rows.copy()
        moved[changed] = size * rows[changed] + size
        others = np.arange(ROWS) != changed
        after = np.asarray(scored(parameters, jnp.asarray(moved)))
        if not np.allclose(after[others], before[others], rtol=0.0, atol=allowed, equal_nan=True):
            return True
    return False


def normalises_batches(network: Network) -> bool:
    """Whether the network is known to hold batch normalisation.

    Networks of Equinox and Flax are searched for it by name; of any other, only `couples_rows` can tell.

    Reference: Ioffe and Szegedy (2015).

    Example:
        >>> from interplay.models.dense import Dense
        >>> normalises_batches(Dense((3, 2)))
        False

    Does not show: normalisation under another name.
    """
    return isinstance(network, Referenced) and network.normalises_batches


def _near(parameters: object, key: jax.Array) -> object:
    """Parameters moved a little at random: a last layer that begins at zero would hide everything."""
    leaves, shape = jax.tree.flatten(parameters)
    keys = jax.random.split(key, max(len(leaves), 1))
    moved = [
        leaf + 0.1 * jax.random.normal(one, leaf.shape) for leaf, one in zip(leaves, keys[: len(leaves)], strict=True)
    ]
    return jax.tree.unflatten(shape, moved)
