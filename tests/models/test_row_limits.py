"""A clipping norm for every row: what one row may add to a clipped sum, whatever computes it."""

import contextlib

import jax
import numpy as np
import pytest
from tests.models.worlds import examples, flat

from interplay.acceleration import kernel
from interplay.engine import jnp
from interplay.interventions.trades import Trades
from interplay.models.convolutional import Convolutional
from interplay.models.dense import Dense
from interplay.models.function import Function
from interplay.models.record_losses import RecordLosses

ROWS = 12
DENSE = Dense((9, 6, 3))
NETWORKS = {
    "kernel": (DENSE, 1),
    "operations": (DENSE, 1),
    "copies": (DENSE, 2),
    "logistic": (Dense((9, 3)), 1),
    "convolutions": (Convolutional((3, 3, 1), (2,), (4,), 3), 1),
    "formed": (Function("formed", DENSE.initial, DENSE.logits), 1),
    "a loss of records": (RecordLosses(DENSE, Trades().losses), 2),
}


@pytest.fixture(scope="module", params=NETWORKS)
def case(request):
    network, copies = NETWORKS[request.param]
    rows = examples(9, 3, copies, ROWS)
    with kernel.set_aside() if request.param == "operations" else contextlib.nullcontext():
        clipped = jax.jit(network.clipped_sum)
        parameters = network.initial(jax.random.key(1))
        norms = np.asarray(clipped(parameters, rows, 1.0)[1])
        yield lambda some, limits: flat(clipped(parameters, some, limits)[0]), rows, norms


def test_one_row_moves_the_sum_by_at_most_its_own_limit(case):
    clipped, rows, norms = case
    limits = (np.median(norms) * np.where(np.arange(ROWS) % 3 == 0, 0.5, 1.25)).astype(np.float32)
    whole, binding = clipped(rows, limits), norms > limits
    assert binding.any() and not binding.all(), "the case must clip some rows of either limit"
    for row in range(ROWS):
        absent = np.where(np.arange(ROWS) == row, 0.0, rows.weights).astype(np.float32)
        moved = np.linalg.norm(whole - clipped(rows._replace(weights=absent), limits))
        assert moved <= limits[row] * (1 + 1e-5) + 1e-6
        assert moved == pytest.approx(min(limits[row], norms[row]), rel=1e-4)


def test_one_limit_for_all_rows_is_that_limit_for_each(case):
    clipped, rows, norms = case
    limit = np.float32(np.median(norms))
    np.testing.assert_array_equal(clipped(rows, limit), clipped(rows, np.full(ROWS, limit)))


def test_the_sum_is_that_of_groups_clipped_apart(case):
    clipped, rows, norms = case
    small, limits = np.arange(ROWS) % 3 == 0, np.float32([np.median(norms), 0.4 * np.median(norms)])
    apart = [
        clipped(rows._replace(weights=(rows.weights * inside).astype(np.float32)), limit)
        for inside, limit in ((small, limits[0]), (~small, limits[1]))
    ]
    np.testing.assert_allclose(clipped(rows, np.where(small, *limits)), sum(apart), atol=1e-6)


def test_the_kernel_is_what_was_tested():
    from interplay.models import perceptron

    layers = DENSE.initial(jax.random.key(0))
    assert perceptron.computes(layers, jnp.zeros((2, 9))) == kernel.available(perceptron.SOURCE)
