"""A representation of the largest group: which rows it has seen, what is trained after it, and where it is refused."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from tests.measurement.worlds import bank, study

import interplay as ip
from interplay.auditing.prepare import Prepared, prepare
from interplay.design.candidates import candidates
from interplay.design.treatment import Treatment
from interplay.engine import jax
from interplay.errors import RefusedCombination
from interplay.families import Order
from interplay.families.network.beforehand import starts
from interplay.interventions import TrainingRows
from interplay.interventions.pretrained import Pretrained
from interplay.models.convolutional import Convolutional
from interplay.models.dense import Dense

BEFORE = Treatment(("pretrained",))
FRAME = bank(500)


def made(*names: str, hidden: tuple[int, ...] = (5,)) -> Prepared:
    return prepare(study("pretrained", *names, model={"hidden": hidden, "steps": 30}), FRAME)


def orders(ready: Prepared, treatment: Treatment) -> list[Order]:
    return [Order(treatment, 0.3, half, at, "member") for at, half in enumerate(ready.design.halves)]


def leaves(parameters: object) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in jax.tree.leaves(parameters)]


def trained(ready: Prepared, treatment: Treatment, turned: bool = False) -> list[np.ndarray]:
    """Weights and biases of the hidden layer, then of the output layer, of every member; `turned` turns the labels of the smaller
    group round.
    """
    setting = ready.training_setting()
    if turned:
        smaller = setting.groups != np.bincount(setting.groups).argmax()
        setting = replace(setting, labels=np.where(smaller, 1 - setting.labels, setting.labels), kept={})
    return leaves(ready.family.train(setting, orders(ready, treatment)))


def test_hidden_layers_stay_and_the_output_layer_is_trained_on() -> None:
    ready = made()
    begun = leaves(starts(ready.training_setting(), ready.family.network, orders(ready, BEFORE)))  # type: ignore[attr-defined]
    after = trained(ready, BEFORE)
    for layer in (0, 1):
        np.testing.assert_array_equal(begun[layer], after[layer])
    for layer in (2, 3):
        assert (np.abs(begun[layer] - after[layer]).max(axis=tuple(range(1, begun[layer].ndim))) > 1e-3).all()


def test_hidden_layers_have_seen_the_largest_group_only() -> None:
    ready = made()
    for treatment, alike in ((BEFORE, True), (Treatment(), False)):
        usual, other = trained(ready, treatment), trained(ready, treatment, turned=True)
        assert np.array_equal(usual[0], other[0]) == alike, treatment.name
        assert not np.array_equal(usual[2], other[2]), "the output layer has seen everybody"


def test_rows_without_a_group_take_no_part_and_the_mean_weight_is_one() -> None:
    rows = TrainingRows(np.array([1, 0, 1, 0, 1]), np.array([1, 1, 0, -1, -1]), classes=2)
    weights = Pretrained().weigh_first(rows)
    assert weights.tolist() == [2.5, 2.5, 0.0, 0.0, 0.0] and weights.mean() == 1.0
    nobody = TrainingRows(np.array([1, 0]), np.array([-1, -1]), classes=2)
    assert Pretrained().weigh_first(nobody).tolist() == [1.0, 1.0], "where nobody has one, all take part"


def test_the_control_is_trained_as_without_it() -> None:
    alone = prepare(study("adversarial_training", model={"hidden": (5,), "steps": 30}), FRAME)
    for one, other in zip(trained(made(), Treatment()), trained(alone, Treatment()), strict=True):
        np.testing.assert_array_equal(one, other)


def test_it_stands_beside_robustness_interventions_and_is_never_chosen() -> None:
    design = made("adversarial_training", "dp_sgd").design
    both = Treatment(("pretrained", "adversarial_training"))
    assert BEFORE in design.trainings and both in design.trainings
    assert not any({"pretrained", "dp_sgd"} <= set(one.interventions) for one in design.trainings)
    assert not any("pretrained" in one.interventions for one in candidates(design.factors))
    asked = [one for one in design.comparisons if one.probe.endswith("cause: pre-trained representations")]
    assert {(one.treatment, one.baseline) for one in asked} == {(both, Treatment(("adversarial_training",)))}


@pytest.mark.parametrize("network", [Dense((4, 3, 2)), Convolutional((4, 4, 1), (2,), (), 2)])
def test_the_output_layer_is_what_makes_scores_of_the_last_activations(network: Dense | Convolutional) -> None:
    parameters = network.initial(jax.random.key(0))
    rows = np.random.default_rng(0).normal(size=(3, 4 if isinstance(network, Dense) else 16)).astype(np.float32)
    above = network.output_layer(parameters)
    moved = jax.tree.map(lambda leaf, mask: leaf + mask, parameters, above)
    np.testing.assert_array_equal(network.activations(parameters, rows), network.activations(moved, rows))
    assert not np.allclose(network.logits(parameters, rows), network.logits(moved, rows))
    assert {float(value) for leaf in leaves(above) for value in np.unique(leaf)} == {0.0, 1.0}


def test_what_has_no_hidden_layer_or_no_steps_refuses_it() -> None:
    with pytest.raises(RefusedCombination) as caught:
        made(hidden=())
    assert "keeps the hidden layers" in caught.value.found and caught.value.remedy.startswith("declare hidden layers")
    estimator = study("pretrained").model_copy(update={"model": ip.ModelSection(kind="estimator")})
    with pytest.raises(RefusedCombination, match="inside the steps"):
        prepare(estimator, FRAME, network=LogisticRegression())
