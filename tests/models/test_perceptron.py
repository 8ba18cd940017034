"""The kernel against float64, against JAX's own operations, and against itself in other company."""

import jax
import numpy as np
import pytest
from tests.needs import needs_kernel

from interplay.acceleration import kernel
from interplay.attacks.margin import Excess
from interplay.attacks.pgd import Threat, ascend
from interplay.engine import jnp
from interplay.models import perceptron
from interplay.models.dense import Dense, Layer
from interplay.models.network import Examples, cross_entropy

pytestmark = needs_kernel(perceptron.SOURCE)

SHAPES = [(12, 16, 2), (104, 64, 64, 2), (7, 5, 3), (30, 100, 33, 20, 10), (6, 64, 64, 2), (1, 1, 2), (40, 129, 2)]


def _world(widths, rows, zeros):
    rng = np.random.default_rng(rows)
    layers = tuple(
        Layer(layer.weight, jnp.asarray(rng.normal(size=layer.bias.shape), jnp.float32))
        for layer in Dense(widths).initial(jax.random.key(1))
    )
    inputs = rng.normal(size=(rows, widths[0])).astype(np.float32) * (rng.random((rows, widths[0])) >= zeros)
    weights = rng.exponential(size=rows).astype(np.float32)
    weights[rows - rows // 5 :] = 0.0  # places of a batch without a row
    return (
        layers,
        jnp.asarray(inputs, jnp.float32),
        jnp.asarray(rng.integers(0, widths[-1], rows)),
        jnp.asarray(weights),
    )


def _flat(tree):
    return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in jax.tree.leaves(tree)])


def _far(found, truth):
    found, truth = _flat(found), _flat(truth)
    return np.abs(found - truth).max() / max(np.abs(truth).max(), 1e-6)


def _exactly(layers, inputs, labels, weights, limit):
    """In float64: class scores, the gradient by the layers and by the inputs, the clipped sum, and the norms."""
    matrices = [(np.asarray(weight, np.float64), np.asarray(bias, np.float64)) for weight, bias in layers]
    seen, out = [], np.asarray(inputs, np.float64)
    for depth, (weight, bias) in enumerate(matrices):
        seen.append(out)
        out = out @ weight + bias
        out = np.maximum(out, 0) if depth < len(matrices) - 1 else out
    raised = np.exp(out - out.max(axis=1, keepdims=True))
    slope = raised / raised.sum(axis=1, keepdims=True)
    slope[np.arange(len(labels)), labels] -= 1
    slope *= np.asarray(weights, np.float64)[:, None]
    each = []
    for depth in reversed(range(len(matrices))):
        each.insert(0, (np.einsum("ri,ro->rio", seen[depth], slope), slope))
        slope = slope @ matrices[depth][0].T * ((seen[depth] > 0) if depth else 1.0)
    norms = np.sqrt(sum((part**2).reshape(len(labels), -1).sum(axis=1) for pair in each for part in pair))
    scale = np.minimum(1.0, limit / np.maximum(norms, 1e-300))
    total = [[part.sum(axis=0) for part in pair] for pair in each]
    clipped = [[np.tensordot(scale, part, axes=1) for part in pair] for pair in each]
    return out, (total, slope), clipped, norms


@pytest.mark.parametrize(("rows", "zeros"), [(1, 0.0), (50, 0.9), (61, 0.0), (200, 0.9)])
@pytest.mark.parametrize("widths", SHAPES, ids=str)
def test_scores_and_gradients_are_those_of_float64(widths, rows, zeros):
    network = Dense(widths)
    layers, inputs, labels, weights = _world(widths, rows, zeros)

    @jax.jit
    def found(layers, inputs):
        def loss(layers, inputs):
            return jnp.sum(weights * cross_entropy(network.logits(layers, inputs), labels))

        clipped = network.clipped_sum(layers, Examples(inputs, labels, weights), 1.0)
        return network.logits(layers, inputs), jax.grad(loss, (0, 1))(layers, inputs), *clipped

    assert perceptron.computes(layers, inputs)
    logits, gradient, clipped, norms = found(layers, inputs)
    truth = _exactly(layers, inputs, np.asarray(labels), weights, 1.0)
    assert _far(logits, truth[0]) <= 5e-6
    assert _far(gradient, truth[1]) <= 5e-6
    assert _far(clipped, truth[2]) <= 2e-6
    assert _far(norms, truth[3]) <= 2e-6
    assert rows == 1 or (truth[3] > 1).any(), "the case must clip some rows"


@pytest.mark.parametrize("widths", [(6, 64, 64, 2), (7, 5, 3)], ids=str)
def test_gradients_by_what_is_held(widths):
    layers, inputs, labels, weights = _world(widths, 50, 0.0)
    held = jnp.asarray(np.random.default_rng(0).normal(size=(50, widths[1])), jnp.float32)

    def loss(held, inputs, weight):
        return jnp.sum(weights * cross_entropy(perceptron.scores(held, inputs, weight, layers[1:]), labels))

    def plainly(held, inputs, weight):
        out = held + inputs @ weight
        for layer in layers[1:]:
            out = jax.nn.relu(out) @ layer.weight + layer.bias
        return jnp.sum(weights * cross_entropy(out, labels))

    given = held, inputs, layers[0].weight
    assert _far(jax.grad(loss, (0, 1, 2))(*given), jax.grad(plainly, (0, 1, 2))(*given)) <= 5e-6


@pytest.mark.parametrize(
    ("widths", "columns"), [((12, 16, 2), (1, 3)), ((30, 40, 33, 2), range(30)), ((7, 5, 2), (6,))]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_an_ascent_in_one_call_is_the_ascent_step_by_step(widths, columns, weighted):
    layers, inputs, labels, weights = _world(widths, 100, 0.5)
    columns = np.array(columns)
    threat = Threat(jnp.ones(len(columns)), jnp.full(len(columns), -1.5), jnp.full(len(columns), 1.5))
    excess = Excess(Dense(widths).around(layers, inputs, columns), labels, weights if weighted else None)
    assert excess.ascent() is not None
    radius = jnp.linspace(0.1, 1.0, 100)
    given = inputs[:, columns], radius, threat, jax.random.key(0), 10
    found, truth = np.asarray(ascend(excess, *given)), np.asarray(ascend(lambda moved: excess(moved), *given))
    rows = np.asarray(weights) > 0 if weighted else np.ones(100, bool)
    near = np.abs(found - truth)[rows].max(axis=1) < 1e-5
    assert near.mean() >= 0.98, "signs of slopes near zero may differ"
    assert (np.abs(found - np.asarray(inputs[:, columns])).max(axis=1) <= np.asarray(radius) + 1e-6).all()


def test_a_row_has_the_same_bits_whatever_is_beside_it():
    network, (layers, inputs, labels, _) = Dense((20, 32, 16, 2)), _world((20, 32, 16, 2), 61, 0.9)
    dense = inputs.at[::2].set(1.0)  # now the kernel multiplies zeros too
    columns = np.arange(20)
    for rows in (inputs, dense):
        together, slopes = network.logits(layers, rows), jax.grad(lambda x: network.logits(layers, x)[:, 0].sum())(rows)
        for at in (1, 17, 59):
            alone = rows[at : at + 1]
            np.testing.assert_array_equal(network.logits(layers, alone)[0], together[at])
            np.testing.assert_array_equal(
                jax.grad(lambda x: network.logits(layers, x)[:, 0].sum())(alone)[0], slopes[at]
            )
    low, high = inputs - 0.3, inputs + 0.3
    moved = Excess(network.around(layers, inputs, columns), labels).ascent()(inputs, low, high, jnp.full(61, 0.1), 5)
    alone = Excess(network.around(layers, inputs[7:8], columns), labels[7:8]).ascent()
    np.testing.assert_array_equal(alone(inputs[7:8], low[7:8], high[7:8], jnp.full(1, 0.1), 5)[0], moved[7])


def test_what_it_does_not_compute():
    layers, inputs, *_ = _world((12, 16, 2), 5, 0.0)
    assert perceptron.computes(layers, inputs)
    assert not perceptron.computes(layers[:1], inputs), "logistic regression has no hidden layer"
    assert not perceptron.computes(layers, inputs[:, None]), "copies of records"
    assert not perceptron.computes(layers, np.asarray(inputs, np.float64))
    with kernel.set_aside():
        assert not perceptron.computes(layers, inputs)
    three = Excess(Dense((12, 16, 3)).around(_world((12, 16, 3), 5, 0.0)[0], inputs, np.arange(12)), jnp.zeros(5, int))
    assert three.ascent() is None, "with three labels the steepest one changes on the way"


def test_many_models_at_once():
    fleet = jax.vmap(Dense((12, 16, 2)).initial)(jax.random.split(jax.random.key(0), 3))
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(9, 12)), jnp.float32)
    together = jax.vmap(Dense((12, 16, 2)).logits, in_axes=(0, None))(fleet, inputs)
    for at in range(3):
        one = jax.tree.map(lambda leaf, at=at: leaf[at], fleet)
        np.testing.assert_array_equal(Dense((12, 16, 2)).logits(one, inputs), together[at])


def test_a_model_that_has_diverged_does_not_look_as_if_it_had_not():
    layers, inputs, *_ = _world((12, 16, 8, 2), 9, 0.5)
    network = Dense((12, 16, 8, 2))
    broken = (layers[0]._replace(weight=layers[0].weight.at[0, 0].set(jnp.nan)), *layers[1:])
    assert np.isnan(network.logits(broken, inputs.at[:, 0].set(1.0))).all()
    scored = np.isnan(network.logits(layers, inputs.at[3].set(jnp.nan)))
    assert scored[3].all() and scored.sum() == 2, "and only the row that is broken"
