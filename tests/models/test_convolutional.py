"""Patches and products against XLA's convolutions, and clipping against gradients formed in float64."""

import jax
import numpy as np
import pytest
from tests.models.worlds import KINDS, apart_from_the_truth, examples, images, learns_and_packs

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.errors import StudyError
from interplay.models.convolutional import Convolutional
from interplay.models.dense import Layer
from interplay.models.network import Network

SMALL = Convolutional((4, 4, 1), filters=(4,), hidden=(4,), labels=2)


def convolved(network, parameters, inputs):
    """The same scores by XLA's own convolutions."""
    values = inputs.reshape(-1, *network.image)
    for layer in parameters[: len(network.filters)]:
        kernel = layer.weight.reshape(3, 3, values.shape[3], -1)
        numbers = ("NHWC", "HWIO", "NHWC")
        out = jax.lax.conv_general_dilated(values, kernel, (2, 2), "SAME", dimension_numbers=numbers)
        values = jax.nn.relu(out + layer.bias)
    values = values.reshape(len(inputs), -1)
    for depth, layer in enumerate(parameters[len(network.filters) :]):
        out = values @ layer.weight + layer.bias
        values = jax.nn.relu(out) if depth < len(network.hidden) else out
    return values


SHAPES = [
    Convolutional((8, 8, 1), (6, 8), (5,), 10),
    Convolutional((7, 5, 3), (4, 5), (), 2),
]


@pytest.mark.parametrize("network", SHAPES)
def test_scores_are_those_of_convolutions(network):
    parameters, rows = (
        jax.jit(network.initial)(jax.random.key(0)),
        examples(int(np.prod(network.image)), network.labels),
    )
    found, expected = jax.jit(lambda *given: (network.logits(*given), convolved(network, *given)))(
        parameters, rows.inputs
    )
    np.testing.assert_allclose(found, expected, atol=2e-5)
    assert network.operations(1) == pytest.approx(Network.operations(network, rows.inputs.shape[1]), rel=0.15)


@pytest.mark.parametrize("network,copies", [(SHAPES[0], 2), (SHAPES[1], 1)])
def test_clipped_sum_equals_float64(network, copies):
    parameters, rows = (
        jax.jit(network.initial)(jax.random.key(1)),
        examples(int(np.prod(network.image)), network.labels, copies),
    )
    assert max(apart_from_the_truth(network, parameters, rows)) <= 2e-6


def test_values_without_a_column_are_zero():
    whole, places = Convolutional((4, 4, 1), (4,), (4,), 2), (0, 1, 2, 5, 6, 9, 15)
    part = Convolutional((4, 4, 1), (4,), (4,), 2, places)
    parameters, rows = jax.jit(whole.initial)(jax.random.key(0)), examples(7, 2)
    filled = np.zeros((60, 16), np.float32)
    filled[:, list(places)] = rows.inputs
    both = jax.jit(lambda few, all_: (part.logits(parameters, few), whole.logits(parameters, all_)))
    np.testing.assert_allclose(*both(rows.inputs, filled), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_it_trains(kind):
    learns_and_packs(SMALL, kind, images())


def test_an_attack_on_some_pixels_sees_the_others():
    parameters, rows = jax.jit(SMALL.initial)(jax.random.key(0)), examples(16, 2).inputs
    moved = rows.copy()
    moved[:, [3, 7]] += 1
    found = jax.jit(lambda all_, some: SMALL.around(parameters, all_, np.array([3, 7]))(some))(rows, moved[:, [3, 7]])
    np.testing.assert_allclose(found, jax.jit(SMALL.logits)(parameters, moved), atol=1e-6)


def digits(*names, **model):
    return ip.Study(
        name="digits",
        members=4,
        draws=50,
        data=ip.DataSection(source="digits"),
        model=ip.ModelSection(**{"architecture": "convolutional", "image": (8, 8), **model}),
        interventions=tuple(ip.InterventionSection(name=name) for name in names),
    )


def test_pixels_that_never_change_keep_their_place():
    ready = prepare(digits())
    assert isinstance(ready.network, Convolutional)
    assert len(ready.encoded.columns) == 61
    assert sorted(set(range(64)) - set(ready.network.places)) == [0, 32, 39]
    assert ready.network == prepare(digits(image=(8, 8, 1))).network


def test_an_image_of_another_size_is_refused():
    with pytest.raises(StudyError, match="8 x 7 = 56, found 61 encoded columns, and 3 left out") as caught:
        prepare(digits(image=(8, 7)))
    assert caught.value.where == "the study, model.image"


@pytest.mark.slow
def test_digits_end_to_end(tmp_path):
    model = {"steps": 60, "learning_rates": (0.1,), "batch_size": 128, "filters": (8,), "hidden": (16,)}
    audit = ip.run(digits("dp_sgd", **model), tmp_path).content
    accuracy = next(one for one in audit["metrics"] if one["key"] == "accuracy")["values"]
    control = next(one for one in accuracy if one["treatment"] == "control")
    assert control["mean"] > 0.85
    assert "convolutional network for 8 x 8 x 1 images" in audit["methods"]["statements"][0]


def test_class_scores_follow_from_the_last_hidden_layer():
    network, random = Convolutional((6, 6, 1), filters=(3, 4), hidden=(), labels=2), np.random.default_rng(0)
    shapes = ((9, 3), (27, 4), (16, 2))
    parameters = tuple(Layer(random.normal(size=shape), random.normal(size=shape[1])) for shape in shapes)
    inputs = random.normal(size=(5, 36))
    units, scores = jax.jit(lambda *given: (network.activations(*given), network.logits(*given)))(parameters, inputs)
    assert network.tells_activations and units.shape == (5, 16)
    np.testing.assert_allclose(
        np.asarray(units) @ parameters[-1].weight + parameters[-1].bias, scores, rtol=1e-3, atol=1e-3
    )
