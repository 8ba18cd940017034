"""Networks of Equinox: the same numbers as Dense, fresh parameters, and batch normalisation by reference rows."""

import equinox
import jax
import numpy as np
import pytest
from tests.models.worlds import KINDS, examples, flat, learns_and_packs
from tests.training.worlds import COLUMNS, table

from interplay.errors import InterplayError
from interplay.models import optional
from interplay.models.coupling import couples_rows, normalises_batches
from interplay.models.dense import Dense, Layer
from interplay.models.equinox import from_equinox
from interplay.models.network import Network

MLP = from_equinox(lambda key: equinox.nn.MLP(COLUMNS, 2, 4, depth=1, key=key))
REFERENCE = 3 * np.random.default_rng(0).normal(size=(20, COLUMNS)) + 1


class Normalised(equinox.Module):
    first: equinox.nn.Linear
    norm: equinox.nn.BatchNorm
    drop: equinox.nn.Dropout
    last: equinox.nn.Linear

    def __init__(self, key, mode="batch"):
        one, other = jax.random.split(key)
        self.first, self.last = (
            equinox.nn.Linear(*size, key=at) for size, at in (((COLUMNS, 4), one), ((4, 2), other))
        )
        self.norm, self.drop = equinox.nn.BatchNorm(4, "rows", mode=mode), equinox.nn.Dropout(0.5)

    def __call__(self, row, state):
        hidden, state = self.norm(self.first(row), state)
        return self.last(self.drop(jax.nn.relu(hidden))), state


BATCHED = from_equinox(Normalised, reference=REFERENCE)


@pytest.mark.parametrize("kind", KINDS)
def test_it_trains(kind):
    learns_and_packs(MLP, kind, table())


def test_batch_normalisation_trains():
    learns_and_packs(BATCHED, "plain", table())


def test_a_perceptron_is_dense_with_the_same_parameters():
    module, rows = jax.jit(MLP.initial)(jax.random.key(0)), examples(COLUMNS, 2, copies=2)
    network = Dense((COLUMNS, 4, 2))
    layers = tuple(Layer(layer.weight.T, layer.bias) for layer in module.layers)
    np.testing.assert_allclose(
        jax.jit(MLP.logits)(module, rows.inputs[:, 0]), network.logits(layers, rows.inputs[:, 0]), atol=1e-6
    )
    (found, norms), (expected, true_norms) = (
        jax.jit(one.clipped_sum)(parameters, rows, 1.0) for one, parameters in ((MLP, module), (network, layers))
    )
    np.testing.assert_allclose(norms, true_norms, rtol=2e-6)
    for layer, truth in zip(found.layers, expected, strict=True):
        np.testing.assert_allclose(layer.weight.T, truth.weight, atol=2e-5)
        np.testing.assert_allclose(layer.bias, truth.bias, atol=2e-5)


def test_every_key_gives_fresh_parameters_in_one_structure():
    first, other = (jax.jit(BATCHED.initial)(jax.random.key(number)) for number in (0, 1))
    assert jax.tree.structure(first) == jax.tree.structure(other) == jax.tree.structure(BATCHED.shapes)
    assert not np.array_equal(flat(first), flat(other))
    np.testing.assert_array_equal(first.first.weight, Normalised(jax.random.key(0)).first.weight)


@pytest.mark.parametrize("mode", ["batch", "ema"])
def test_statistics_are_those_of_the_reference_rows(mode):
    network = from_equinox(lambda key: Normalised(key, mode), reference=REFERENCE)
    module, rows = jax.jit(network.initial)(jax.random.key(0)), examples(COLUMNS, 2)

    def by_hand(module, inputs):
        hidden, given = (at @ module.first.weight.T + module.first.bias for at in (REFERENCE.astype("f4"), inputs))
        scaled = (given - hidden.mean(axis=0)) / jax.numpy.sqrt(hidden.var(axis=0) + 1e-5)
        return jax.nn.relu(scaled) @ module.last.weight.T + module.last.bias

    def loss(scores):
        return jax.nn.logsumexp(scores, axis=1).sum()

    found, expected = (
        jax.jit(jax.value_and_grad(lambda module, score=score: loss(score(module, rows.inputs))))(module)
        for score in (network.logits, by_hand)
    )
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(found[1].first.weight, expected[1].first.weight, atol=1e-4)


def test_batch_normalisation_is_known_by_name_and_couples_no_rows():
    assert normalises_batches(BATCHED) and not normalises_batches(MLP)
    assert not couples_rows(BATCHED, COLUMNS)


def test_batch_normalisation_needs_reference_rows():
    bare = from_equinox(Normalised)
    with pytest.raises(InterplayError, match="expected reference rows.*'Normalised'.*network.referring"):
        bare.logits(bare.initial(jax.random.key(0)), REFERENCE)
    assert bare.referring(REFERENCE) == BATCHED != bare
    assert bare.referring(REFERENCE).operations(COLUMNS) == pytest.approx(COLUMNS * 4 + 8, rel=0.5)


def test_images_have_a_shape():
    network = from_equinox(
        lambda key: equinox.nn.Sequential(
            [equinox.nn.Conv2d(1, 2, 4, key=key), equinox.nn.Lambda(lambda x: x[:, 0, 0])]
        ),
        shape=(1, 4, 4),
        name="filter",
    )
    parameters, rows = network.initial(jax.random.key(0)), examples(16, 2)
    expected = rows.inputs @ parameters.layers[0].weight.reshape(2, 16).T + parameters.layers[0].bias.ravel()
    np.testing.assert_allclose(network.logits(parameters, rows.inputs), expected, atol=1e-5)
    assert (network.name, network.size) == ("filter", 34)
    assert jax.tree.structure(network.initial(jax.random.key(1))) == jax.tree.structure(parameters)


def test_another_memory_is_refused():
    class Spectral(equinox.Module):
        norm: equinox.nn.SpectralNorm

        def __init__(self, key):
            linear = equinox.nn.Linear(COLUMNS, 2, key=key)
            self.norm = equinox.nn.SpectralNorm(linear, weight_name="weight", key=key)

        def __call__(self, row, state):
            return self.norm(row, state)

    with pytest.raises(
        InterplayError, match="no state but that of batch normalisation, found layers with another memory"
    ):
        from_equinox(Spectral)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    def absent(package):
        raise ImportError(f"No module named {package!r}")

    monkeypatch.setattr(optional, "import_module", absent)
    with pytest.raises(InterplayError, match=r"expected the package equinox, .*pip install 'interplay\[equinox\]'"):
        from_equinox(lambda key: None)


def test_it_forms_gradients():
    assert MLP.forms_gradients
    assert MLP.clipped_sum.__func__ is Network.clipped_sum
