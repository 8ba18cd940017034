import jax
import numpy as np

from interplay.attacks.margin import margin
from interplay.engine import jnp


def test_is_positive_exactly_where_the_decision_is_wrong() -> None:
    generator = np.random.default_rng(0)
    scores = generator.normal(size=(200, 4)).astype(np.float32)
    labels = generator.integers(4, size=200)
    found = margin(jnp.asarray(scores), jnp.asarray(labels))
    others = np.where(np.arange(4) == labels[:, None], -np.inf, scores).max(axis=1)
    np.testing.assert_allclose(found, others - scores[np.arange(200), labels], rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(found) > 0, scores.argmax(axis=1) != labels)


def test_with_two_classes_the_slope_has_the_sign_of_that_of_cross_entropy() -> None:
    generator = np.random.default_rng(1)
    weight = jnp.asarray(generator.normal(size=(5, 2)), jnp.float32)
    inputs, labels = jnp.asarray(generator.normal(size=(60, 5)), jnp.float32), jnp.asarray(np.arange(60) % 2)

    def cross_entropy(x: jax.Array) -> jax.Array:
        return -jnp.take_along_axis(jax.nn.log_softmax(x @ weight), labels[:, None], axis=1).sum()

    by_margin = jax.grad(lambda x: margin(x @ weight, labels).sum())(inputs)
    by_cross_entropy = jax.grad(cross_entropy)(inputs)
    np.testing.assert_array_equal(np.sign(by_margin), np.sign(by_cross_entropy))
    wrong = 1 / (1 + np.exp(-np.asarray(margin(inputs @ weight, labels))))
    np.testing.assert_allclose(by_cross_entropy, by_margin * wrong[:, None], rtol=1e-3, atol=1e-6)


def test_does_not_saturate() -> None:
    weight = jnp.asarray([[100.0, -100.0]])
    labels = jnp.array([0])
    slope = jax.grad(lambda x: margin(x @ weight, labels).sum())(jnp.array([[3.0]]))
    flat = jax.grad(lambda x: -jax.nn.log_softmax(x @ weight)[0, 0])(jnp.array([[3.0]]))
    assert slope.item() == -200.0
    assert flat.item() == 0.0
