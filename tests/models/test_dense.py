"""Ghost-norm clipping against float64 per-example gradients, and known answers."""

import jax
import numpy as np
import pytest

from interplay.engine import jnp
from interplay.models.dense import clipped_sum, initial, losses


def _reference(parameters, inputs, labels, weights, limit):
    """Clipped sum by materialised per-example gradients, in float64."""

    def loss(p, x, y, w):
        return w * losses(p, x[None], y[None])[0]

    grads = jax.vmap(jax.grad(loss), in_axes=(None, 0, 0, 0))(parameters, inputs, labels, weights)
    leaves = jax.tree.leaves(grads)
    norms = np.sqrt(sum((np.asarray(leaf).reshape(len(labels), -1) ** 2).sum(axis=1) for leaf in leaves))
    scale = np.minimum(1.0, limit / norms)
    return [np.tensordot(scale, np.asarray(leaf), axes=(0, 0)) for leaf in leaves], norms


@pytest.mark.parametrize("hidden", [(), (16,), (64, 64)])
@pytest.mark.parametrize("classes", [2, 5])
def test_clipped_sum_equals_materialised_gradients(hidden, classes):
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(200, 12)), rng.integers(0, classes, 200)
    weights = rng.exponential(size=200)
    parameters = initial(jax.random.key(1), (12, *hidden, classes))
    found, norms = clipped_sum(
        parameters, jnp.asarray(inputs, jnp.float32), jnp.asarray(labels), jnp.asarray(weights, jnp.float32), 1.0
    )
    with jax.enable_x64(True):
        precise = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf), jnp.float64), parameters)
        expected, true_norms = _reference(
            precise, jnp.asarray(np.float32(inputs), jnp.float64), jnp.asarray(labels),
            jnp.asarray(np.float32(weights), jnp.float64), 1.0,
        )  # fmt: skip
    assert (true_norms > 1.0).mean() > 0.2, "the case must clip some rows"
    assert (true_norms < 1.0).mean() > 0.02, "and leave some"
    total = np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(found)])
    truth = np.concatenate([leaf.ravel() for leaf in expected])
    assert np.abs(total - truth).max() / np.abs(truth).max() <= 2e-6
    assert np.abs(np.asarray(norms) - true_norms).max() / true_norms.max() <= 2e-6


def test_padding_rows_add_nothing():
    parameters = initial(jax.random.key(0), (3, 4, 2))
    inputs, labels = jnp.ones((2, 3)), jnp.array([0, 1])
    one, _ = clipped_sum(parameters, inputs[:1], labels[:1], jnp.ones(1), 1.0)
    two, _ = clipped_sum(parameters, inputs, labels, jnp.array([1.0, 0.0]), 1.0)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7)


def test_clipped_norm_of_one_row_is_the_limit():
    parameters = initial(jax.random.key(0), (3, 4, 2))
    total, norms = clipped_sum(parameters, 50 * jnp.ones((1, 3)), jnp.array([0]), jnp.ones(1), 0.3)
    length = np.sqrt(sum((np.asarray(leaf) ** 2).sum() for leaf in jax.tree.leaves(total)))
    assert float(norms[0]) > 0.3
    assert length == pytest.approx(0.3, rel=1e-5)
