"""Rows that act on each other are noticed, and refused where that breaks what is promised."""

import equinox
import jax
import numpy as np
import pytest
from flax import linen
from tests.models.test_function import SMALL

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.engine import jnp
from interplay.errors import RefusedCombination
from interplay.models.convolutional import Convolutional
from interplay.models.coupling import couples_rows, normalises_batches
from interplay.models.dense import Dense
from interplay.models.equinox import from_equinox
from interplay.models.flax import from_flax
from interplay.models.function import Function


def _weight(key):
    return jax.random.normal(key, (5, 2))


def _layer_normalised(weight, rows):
    return ((rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)) @ weight


def _batch_normalised(weight, rows):
    return (rows - rows.mean(axis=0)) / jnp.sqrt(rows.var(axis=0) + 1e-5) @ weight


def _attending(weight, rows):
    return jax.nn.softmax(rows @ rows.T, axis=1) @ rows @ weight


def _largest(weight, rows):
    return rows @ weight / jnp.maximum(jnp.abs(rows).max(), 3.0)


def _zero_head(key):
    return {"first": _weight(key), "head": jnp.zeros((2, 2))}


def _centred_head(parameters, rows):
    hidden = rows @ parameters["first"]
    return (hidden - hidden.mean(axis=0)) @ parameters["head"]


CASES = {
    "dense": (Dense((5, 4, 2)), False),
    "convolutional": (Convolutional((5, 1, 1), (3,), (), 2), False),
    "layer normalisation": (Function("x", _weight, _layer_normalised), False),
    "not finite": (Function("x", _weight, lambda weight, rows: rows @ weight / 0.0), False),
    "batch normalisation": (Function("x", _weight, _batch_normalised), True),
    "attention between rows": (Function("x", _weight, _attending), True),
    "the largest of the batch": (Function("x", _weight, _largest), True),
    "a head that begins at zero": (Function("x", _zero_head, _centred_head), True),
}


@pytest.mark.parametrize("case", CASES)
def test_coupled_rows_are_noticed(case):
    network, expected = CASES[case]
    assert couples_rows(network, 5) is expected
    assert not normalises_batches(network)


def study(*names):
    return SMALL.model_copy(update={"interventions": tuple(ip.InterventionSection(name=name) for name in names)})


COLUMNS = len(prepare(SMALL).encoded.columns)


class Equinox(equinox.Module):
    norm: equinox.nn.BatchNorm
    last: equinox.nn.Linear

    def __init__(self, key):
        self.norm, self.last = equinox.nn.BatchNorm(COLUMNS, "r", mode="batch"), equinox.nn.Linear(COLUMNS, 2, key=key)

    def __call__(self, row, state):
        row, state = self.norm(row, state)
        return self.last(row), state


class Flax(linen.Module):
    @linen.compact
    def __call__(self, rows, train):
        return linen.Dense(2)(linen.BatchNorm(use_running_average=not train)(rows))


BY_NAME = {
    "Equinox": from_equinox(Equinox),
    "Flax": from_flax(Flax(), COLUMNS, arguments={"train": False}, fitting={"train": True}),
}
OTHER = Function(
    "centred",
    lambda key: jax.random.normal(key, (COLUMNS, 2)),
    lambda weight, rows: (rows - rows.mean(axis=0)) @ weight,
)


@pytest.mark.parametrize(
    "name,cause", [("Equinox", "batch norm"), ("Flax", "batch norm"), ("centred", "scores that change")]
)
def test_dp_sgd_is_refused_with_the_reason(name, cause):
    network = {**BY_NAME, "centred": OTHER}[name]
    with pytest.raises(
        RefusedCombination, match=f"a network that treats each row by itself, for DP-SGD, found {cause}"
    ) as no:
        prepare(study("adversarial_training", "dp_sgd"), network=network)
    assert f"in {name!r}: the rows of a batch influence each other's gradient" in no.value.found
    assert no.value.found.endswith("so clipping one row's gradient bounds nobody's influence")
    assert (no.value.where, no.value.remedy) == (
        "the network, with 'dp_sgd'",
        "use layer or group normalisation, or take out 'dp_sgd'",
    )


@pytest.mark.parametrize("name", BY_NAME)
def test_without_it_batch_normalisation_gets_reference_rows_of_the_pool(name):
    ready, again = (prepare(study("adversarial_training"), network=BY_NAME[name]) for _ in range(2))
    rows = ready.network.reference.rows
    pool = {row.tobytes() for row in ready.encoded.matrix[ready.design.pool]}
    assert rows.shape == (128, COLUMNS)
    assert {row.tobytes() for row in rows} <= pool
    assert ready.digest == again.digest != prepare(study("adversarial_training")).digest
    chosen = BY_NAME[name].referring(np.zeros((4, COLUMNS)))
    assert prepare(study(), network=chosen).network == chosen, "rows that were chosen stay"


def test_rows_that_act_on_each_other_are_refused_in_every_audit():
    with pytest.raises(
        RefusedCombination, match="a network that scores each row by itself, found 'centred'.*from_equinox"
    ):
        prepare(study(), network=OTHER)


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_an_audit_with_batch_normalisation(name, tmp_path):
    chosen = study("adversarial_training", "split_conformal").model_copy(
        update={"members": 4, "model": ip.ModelSection(steps=30, learning_rates=(0.1,))}
    )
    audit = ip.run(chosen, tmp_path, network=BY_NAME[name]).content
    assert "batch normalisation by 128 reference rows" in audit["methods"]["statements"][0]
