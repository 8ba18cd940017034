"""Ghost-norm clipping against float64 per-example gradients, and known answers."""

from itertools import product

import jax
import numpy as np
import pytest
from tests.needs import slow

from interplay.acceleration import kernel
from interplay.engine import jnp
from interplay.models.dense import Dense, Layer
from interplay.models.network import Examples, Network, placed


@pytest.fixture
def _by_operations():
    with kernel.set_aside():
        yield


@pytest.fixture(params=["kernel", "operations"])
def _computed_by(request):
    if request.param == "operations":
        request.getfixturevalue("_by_operations")


def _examples(copies, classes, rows=200, columns=12):
    rng = np.random.default_rng(0)
    shape = (rows, columns) if copies == 1 else (rows, copies, columns)
    return Examples(
        rng.normal(size=shape).astype(np.float32), rng.integers(0, classes, rows),
        rng.exponential(size=rows).astype(np.float32),
    )  # fmt: skip


def _flat(tree):
    return np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(tree)])


@pytest.mark.usefixtures("_by_operations")  # the kernel: test_perceptron.py
@pytest.mark.parametrize(
    ("hidden", "classes", "copies"),
    [((), 2, 1), ((64, 64), 5, 3), *(slow(*case) for case in product([(), (64, 64)], [2, 5], [1, 3]))],
)
def test_clipped_sum_equals_materialised_gradients_in_float64(hidden, classes, copies):
    network, examples = Dense((12, *hidden, classes)), _examples(copies, classes)
    parameters = network.initial(jax.random.key(1))
    found, norms = network.clipped_sum(parameters, jax.tree.map(jnp.asarray, examples), 1.0)
    with jax.enable_x64(True):
        precise = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf), jnp.float64), parameters)
        doubled = Examples(
            jnp.asarray(examples.inputs, jnp.float64), jnp.asarray(examples.labels),
            jnp.asarray(examples.weights, jnp.float64),
        )  # fmt: skip
        expected, true_norms = jax.tree.map(np.asarray, Network.clipped_sum(network, precise, doubled, 1.0))
    assert (true_norms > 1.0).mean() > 0.2, "the case must clip some rows"
    assert (true_norms < 1.0).mean() > 0.02, "and leave some"
    total, truth = _flat(found), _flat(expected)
    assert np.abs(total - truth).max() / np.abs(truth).max() <= 2e-6
    assert np.abs(np.asarray(norms) - true_norms).max() / true_norms.max() <= 2e-6


@pytest.mark.usefixtures("_computed_by")
def test_copies_are_averaged_before_clipping():
    network = Dense((3, 4, 2))
    parameters = network.initial(jax.random.key(0))
    rows = 20 * np.random.default_rng(0).normal(size=(5, 2, 3)).astype(np.float32)
    examples = Examples(jnp.asarray(rows), jnp.array([0, 1, 0, 1, 1]), jnp.ones(5))
    apart = []
    for at in range(5):
        one = jax.tree.map(lambda leaf, at=at: leaf[at : at + 1], examples)
        total, norms = network.clipped_sum(parameters, one, 0.3)
        separate = [
            network.clipped_sum(parameters, one._replace(inputs=one.inputs[:, copy]), 0.3)[0] for copy in (0, 1)
        ]
        apart.append(np.linalg.norm(_flat(jax.tree.map(jnp.add, *separate))))
        assert np.linalg.norm(_flat(total)) <= 0.3 * (1 + 1e-5), "a record contributes at most the clipping norm"
        assert float(norms[0]) > 0.3
    assert max(apart) > 0.31, "clipping the copies one by one would let a record contribute more"


@pytest.mark.usefixtures("_computed_by")
def test_padding_rows_add_nothing():
    network = Dense((3, 4, 2))
    parameters = network.initial(jax.random.key(0))
    both = Examples(jnp.ones((2, 3)), jnp.array([0, 1]), jnp.array([1.0, 0.0]))
    first = jax.tree.map(lambda leaf: leaf[:1], both)
    np.testing.assert_allclose(
        _flat(network.clipped_sum(parameters, first, 1.0)[0]), _flat(network.clipped_sum(parameters, both, 1.0)[0]),
        atol=1e-7,
    )  # fmt: skip


@pytest.mark.usefixtures("_computed_by")
def test_clipped_norm_of_one_row_is_the_limit():
    network = Dense((3, 4, 2))
    parameters = network.initial(jax.random.key(0))
    total, norms = network.clipped_sum(parameters, Examples(50 * jnp.ones((1, 3)), jnp.array([0]), jnp.ones(1)), 0.3)
    assert float(norms[0]) > 0.3
    assert np.linalg.norm(_flat(total)) == pytest.approx(0.3, rel=1e-5)


@pytest.mark.usefixtures("_computed_by")
@pytest.mark.parametrize("columns", [(1, 3), (0,), tuple(range(12))])
def test_scores_around_a_row_are_those_of_the_whole_row(columns):
    network, examples = Dense((12, 8, 3)), _examples(1, 3)
    parameters = network.initial(jax.random.key(0))
    moved = examples.inputs.copy()
    moved[:, columns] += 0.5
    found = network.around(parameters, jnp.asarray(examples.inputs), np.array(columns))(moved[:, columns])
    general = Network.around(network, parameters, jnp.asarray(examples.inputs), np.array(columns))(moved[:, columns])
    np.testing.assert_allclose(found, network.logits(parameters, moved), atol=1e-5)
    np.testing.assert_allclose(general, network.logits(parameters, moved), atol=1e-5)


def test_operations_agree_with_the_compilers_count():
    network = Dense((104, 64, 64, 2))
    assert network.operations(104) == 104 * 64 + 64 * 64 + 64 * 2
    assert Network.operations(network, 104) == pytest.approx(network.operations(104), rel=0.05)
    assert network.size == 11_010


@pytest.mark.parametrize("columns", [(), (0,), (2, 4), (1, 2, 5), (7,), tuple(range(8))])
def test_values_are_placed_in_their_columns(columns):
    columns = np.array(columns, dtype=int)
    inputs, values = np.arange(24.0).reshape(3, 8), -1.0 - np.arange(3.0 * len(columns)).reshape(3, -1)
    expected = inputs.copy()
    expected[:, columns] = values
    np.testing.assert_array_equal(placed(jnp.asarray(inputs), columns, jnp.asarray(values)), expected)


def test_class_scores_follow_from_the_last_hidden_layer():
    network, random = Dense((3, 6, 4, 7)), np.random.default_rng(0)
    widths = zip(network.widths[:-1], network.widths[1:], strict=True)
    parameters = tuple(Layer(random.normal(size=pair), random.normal(size=pair[1])) for pair in widths)
    inputs = random.normal(size=(9, 3))
    units, scores = jax.jit(lambda *given: (network.activations(*given), network.logits(*given)))(parameters, inputs)
    assert units.shape == (9, 4) and (units >= 0).all()
    np.testing.assert_allclose(
        np.asarray(units) @ parameters[-1].weight + parameters[-1].bias, scores, rtol=1e-4, atol=1e-4
    )


def test_without_a_hidden_layer_there_are_no_activations():
    assert not Dense((3, 2)).tells_activations
    with pytest.raises(NotImplementedError):
        Network.activations(Dense((3, 2)), (), np.ones((2, 3)))
