"""A network from two functions: it is what the functions say, and its runs are told apart."""

import jax
import numpy as np
import pytest
from tests.models.worlds import KINDS, apart_from_the_truth, examples, flat, learns_and_packs
from tests.training.worlds import COLUMNS, table

import interplay as ip
from interplay.auditing.prepare import prepare
from interplay.engine import jnp
from interplay.errors import StudyError
from interplay.models.computation import computation
from interplay.models.dense import Dense
from interplay.models.function import Function

DENSE = Dense((COLUMNS, 4, 2))
SAME = Function("two layers", DENSE.initial, DENSE.logits)
SMALL = ip.Study(
    name="small",
    members=3,
    draws=50,
    data=ip.DataSection(source="silobank", options={"rows": 400}),
    groups=ip.GroupsSection(attributes={"sex": ip.GroupSection()}),
)


@pytest.mark.parametrize("kind", KINDS)
def test_it_trains(kind):
    learns_and_packs(SAME, kind, table())


@pytest.mark.parametrize("copies", [1, 2])
def test_clipped_sum_equals_float64(copies):
    parameters = jax.jit(SAME.initial)(jax.random.key(1))
    assert max(apart_from_the_truth(SAME, parameters, examples(COLUMNS, 2, copies))) <= 2e-6


def test_it_is_dense_with_the_same_parameters():
    parameters, rows = DENSE.initial(jax.random.key(0)), examples(COLUMNS, 2)
    np.testing.assert_array_equal(SAME.logits(parameters, rows.inputs), DENSE.logits(parameters, rows.inputs))
    clipped = [jax.jit(network.clipped_sum)(parameters, rows, 1.0) for network in (SAME, DENSE)]
    for one, other in zip(*clipped, strict=True):
        np.testing.assert_allclose(flat(one), flat(other), atol=2e-5)
    assert SAME.forms_gradients and not DENSE.forms_gradients
    assert SAME.size == DENSE.size
    assert SAME.operations(COLUMNS) == pytest.approx(DENSE.operations(COLUMNS), rel=0.3)


def test_equal_functions_are_equal_networks():
    again = Function("two layers", DENSE.initial, DENSE.logits)
    assert again == SAME and hash(SAME) == hash(again)
    assert Function("other name", DENSE.initial, DENSE.logits) != SAME
    assert Function("two layers", DENSE.initial, lambda parameters, inputs: DENSE.logits(parameters, inputs)) != SAME


def scaled(factor, name="scaled"):
    columns = _columns()
    return Function(
        name, lambda key: jax.random.normal(key, (columns, 2)), lambda weight, rows: factor * (rows @ weight)
    )


def _columns():
    return len(prepare(SMALL).encoded.columns)


def test_run_folders_tell_networks_apart():
    declared = prepare(SMALL).digest
    same, again, other, named = (
        prepare(SMALL, network=one).digest for one in (scaled(1.0), scaled(1.0), scaled(2.0), scaled(1.0, "other"))
    )
    assert same == again
    assert len({declared, same, other, named}) == 4


@jax.custom_vjp
def _bent(inputs):
    return jax.nn.relu(inputs)


_bent.defvjp(lambda inputs: (_bent(inputs), None), lambda _, slope: (2 * slope,))


def test_the_text_of_a_computation_holds_constants_and_gradients():
    def written(constant, bend=jax.nn.relu):
        def logits(weight, rows):
            return bend(rows @ weight) * constant

        return computation(Function("x", lambda key: jax.random.normal(key, (5, 4)), logits), 5)

    plain = written(np.ones(4, np.float32))
    assert plain == written(np.ones(4, np.float32))
    assert len({plain, written(np.arange(4, dtype=np.float32)), written(np.ones(4, np.float32), _bent)}) == 3


@pytest.mark.parametrize(
    "logits,found",
    [
        (lambda weight, rows: rows[:, :3] @ weight, "TypeError: dot_general"),
        (lambda weight, rows: (rows @ weight)[:, :1], "found shape (3, 1)"),
        (lambda weight, rows: rows[0] @ weight, "found shape (2,)"),
        (lambda weight, rows: [], "found shape list"),
    ],
)
def test_a_network_that_does_not_fit_the_data_is_refused(logits, found):
    columns = _columns()
    network = Function("mine", lambda key: jax.random.normal(key, (columns, 2)), logits)
    with pytest.raises(StudyError, match="build it for") as caught:
        prepare(SMALL, network=network)
    assert found in str(caught.value)
    assert "'mine'" in str(caught.value)


def test_parameters_must_be_float32():
    columns = _columns()
    network = Function("mine", lambda key: jnp.ones((columns, 2), int), lambda weight, rows: rows @ weight)
    with pytest.raises(StudyError, match="parameters in float32, found int32"):
        prepare(SMALL, network=network)


@pytest.mark.slow
def test_an_audit_of_a_network_of_ones_own(tmp_path):
    study = SMALL.model_copy(
        update={
            "members": 4,
            "model": ip.ModelSection(steps=30, learning_rates=(0.1,)),
            "interventions": (
                ip.InterventionSection(name="dp_sgd"),
                ip.InterventionSection(name="adversarial_training"),
            ),
        }
    )
    audit = ip.run(study, tmp_path, network=scaled(1.0))
    assert "scaled: " in audit.content["methods"]["statements"][0]
    assert ip.run(study, tmp_path, network=scaled(1.0)).content == audit.content
    assert len(list(tmp_path.iterdir())) == 1
