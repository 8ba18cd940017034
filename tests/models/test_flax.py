"""Networks of Flax, linen and nnx: the same numbers as the modules, and batch normalisation by reference rows."""

import jax
import numpy as np
import pytest
from flax import linen, nnx
from tests.models.worlds import KINDS, examples, flat, learns_and_packs
from tests.training.worlds import COLUMNS, table

from interplay.errors import InterplayError
from interplay.models import optional
from interplay.models.coupling import couples_rows, normalises_batches
from interplay.models.flax import from_flax, from_nnx

REFERENCE = 3 * np.random.default_rng(0).normal(size=(20, COLUMNS)) + 1


class Normalised(linen.Module):
    momentum: float = 0.9

    @linen.compact
    def __call__(self, rows, train):
        hidden = linen.BatchNorm(use_running_average=not train, momentum=self.momentum)(linen.Dense(4)(rows))
        return linen.Dense(2)(linen.relu(hidden))


def batched(momentum=0.9):
    return from_flax(
        Normalised(momentum), COLUMNS, arguments={"train": False}, fitting={"train": True}, reference=REFERENCE
    )


PERCEPTRON = from_flax(linen.Sequential([linen.Dense(4), linen.LayerNorm(), linen.relu, linen.Dense(2)]), COLUMNS)


class Streams(nnx.Module):
    def __init__(self, rngs):
        self.first, self.last = nnx.Linear(COLUMNS, 4, rngs=rngs), nnx.Linear(4, 2, rngs=rngs)
        self.norm, self.drop = nnx.LayerNorm(4, rngs=rngs), nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, rows):
        return self.last(self.drop(nnx.relu(self.norm(self.first(rows)))))


NNX = from_nnx(Streams)


@pytest.mark.parametrize("kind", KINDS)
def test_linen_trains(kind):
    learns_and_packs(PERCEPTRON, kind, table())


@pytest.mark.parametrize("kind", ["dp_sgd", "adversarial"])
def test_nnx_trains(kind):
    learns_and_packs(NNX, kind, table())


def test_batch_normalisation_trains_on_adversarial_rows():
    learns_and_packs(batched(), "adversarial", table())


def test_images_have_a_shape():
    layers = [linen.Conv(4, (3, 3), (2, 2)), linen.relu, lambda at: at.reshape(len(at), -1), linen.Dense(2)]
    network = from_flax(linen.Sequential(layers), 16, shape=(4, 4, 1), name="filters")
    parameters, rows = jax.jit(network.initial)(jax.random.key(0)), examples(16, 2).inputs
    expected = network.module.apply({"params": parameters}, rows.reshape(-1, 4, 4, 1))
    np.testing.assert_allclose(jax.jit(network.logits)(parameters, rows), expected, atol=1e-5)
    assert (network.name, network.size) == ("filters", 3 * 3 * 4 + 4 + 16 * 2 + 2)
    assert isinstance(hash(network), int), "a module with a list can be a network"


def test_linen_gives_what_the_module_gives():
    parameters, rows = jax.jit(PERCEPTRON.initial)(jax.random.key(0)), examples(COLUMNS, 2).inputs
    expected = PERCEPTRON.module.apply({"params": parameters}, rows)
    np.testing.assert_allclose(jax.jit(PERCEPTRON.logits)(parameters, rows), expected, atol=1e-6)
    assert not np.array_equal(flat(parameters), flat(jax.jit(PERCEPTRON.initial)(jax.random.key(1))))


def test_nnx_gives_what_the_module_gives():
    module, rows = Streams(nnx.Rngs(jax.random.key(0))), examples(COLUMNS, 2).inputs
    module.eval()
    found = jax.jit(NNX.logits)(jax.jit(NNX.initial)(jax.random.key(0)), rows)
    np.testing.assert_allclose(found, module(rows), atol=1e-6)
    assert NNX.name == "Streams"


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_statistics_are_those_of_the_reference_rows(momentum):
    network, rows = batched(momentum), examples(COLUMNS, 2)
    parameters = jax.jit(network.initial)(jax.random.key(0))

    def by_hand(parameters, inputs):
        first, last = parameters["Dense_0"], parameters["Dense_1"]
        hidden, given = (at @ first["kernel"] + first["bias"] for at in (REFERENCE.astype("f4"), inputs))
        scaled = (given - hidden.mean(axis=0)) / jax.numpy.sqrt(hidden.var(axis=0) + 1e-5)
        return jax.nn.relu(scaled) @ last["kernel"] + last["bias"]

    found, expected = (
        jax.jit(jax.value_and_grad(lambda at, score=score: jax.nn.logsumexp(score(at, rows.inputs), axis=1).sum()))(
            parameters
        )
        for score in (network.logits, by_hand)
    )
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(flat(found[1]["Dense_0"]), flat(expected[1]["Dense_0"]), atol=1e-4)


def test_batch_normalisation_is_known_by_name_and_couples_no_rows():
    assert normalises_batches(batched()) and not normalises_batches(PERCEPTRON)
    assert not couples_rows(batched(), COLUMNS)


@pytest.mark.parametrize(
    "make,message",
    [
        (
            lambda: from_flax(Normalised(), COLUMNS, arguments={"train": False}),
            'expected `fitting` for batch normalisation.*fitting={"train": True}',
        ),
        (
            lambda: from_nnx(
                lambda rngs: nnx.Sequential(nnx.Linear(COLUMNS, 2, rngs=rngs), nnx.BatchNorm(2, rngs=rngs))
            ),
            "without batch normalisation, found flax.nnx.BatchNorm .*from_flax",
        ),
        (
            lambda: from_flax(linen.SpectralNorm(linen.Dense(2)), COLUMNS, arguments={"update_stats": False}),
            "expected parameters and batch statistics only, found",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(make, message):
    with pytest.raises(InterplayError, match=message):
        make()


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    def absent(package):
        raise ImportError(f"No module named {package!r}")

    monkeypatch.setattr(optional, "import_module", absent)
    for make in (lambda: from_flax(None, 3), lambda: from_nnx(lambda rngs: None)):
        with pytest.raises(InterplayError, match=r"pip install 'interplay\[flax\]'"):
            make()
