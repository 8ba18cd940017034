"""The loop and the fleet: packing never changes a model, off is the identity, hooks act as documented."""

import dataclasses
import os
import subprocess
import sys

import jax
import numpy as np
import pytest
from tests.needs import slow
from tests.training.worlds import KINDS, PLAIN, POISSON, PRIVATE, ROWS, job, table

from interplay.data.mapped import store
from interplay.engine import accelerated, workers
from interplay.families.network import batched_map
from interplay.families.network.fleet import member, scores, train_all, trainer
from interplay.families.network.sampler import Sampling
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.parity_penalty import ParityPenalty


def _flat(parameters):
    return np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(parameters)])


@pytest.mark.parametrize("kind", ["plain", "both", "penalty", *(slow(kind) for kind in KINDS)])
def test_a_member_is_the_same_alone_in_a_block_and_in_any_order(kind):
    recipe, active = KINDS[kind]
    jobs = [job(number, active) for number in range(9)]
    together = train_all(recipe, table(), jobs)
    alone = train_all(recipe, table(), [jobs[4]])
    turned = train_all(recipe, table(), jobs[::-1])
    np.testing.assert_array_equal(_flat(member(together, 4)), _flat(member(alone, 0)))
    np.testing.assert_array_equal(_flat(member(together, 4)), _flat(member(turned, 4)))
    np.testing.assert_array_equal(_flat(member(together, 0)), _flat(member(turned, 8)))


@pytest.mark.parametrize("kind", ["plain", "both"])
def test_a_member_is_the_same_in_calls_of_another_size(kind, monkeypatch):
    recipe, active = KINDS[kind]
    jobs = [job(number, active) for number in range(7)]
    usual = train_all(recipe, table(), jobs)
    for places, seconds in ((1, 2.0), (5, 1e-9)):
        monkeypatch.setattr(batched_map, "PLACES", places)
        monkeypatch.setattr(batched_map, "CALL_SECONDS", seconds)
        np.testing.assert_array_equal(_flat(usual), _flat(train_all(recipe, table(), jobs)))


def test_a_member_never_changes_when_another_does():
    recipe, active = KINDS["both"]
    before = train_all(recipe, table(), [job(0, active), job(1, active), job(2, active)])
    other = job(1, (AdversarialTraining(radius=0.9), DpSgd(noise_multiplier=9.0)), rate=0.7)
    after = train_all(recipe, table(), [job(0, active), other, job(2, active)])
    np.testing.assert_array_equal(_flat(member(before, 0)), _flat(member(after, 0)))
    np.testing.assert_array_equal(_flat(member(before, 2)), _flat(member(after, 2)))
    assert not np.array_equal(_flat(member(before, 1)), _flat(member(after, 1)))


_TRAIN = """
import os
os.sched_getaffinity = lambda _: range({count})
import numpy as np, jax
from interplay.engine import workers
from interplay.families.network.fleet import train_all
from tests.training.worlds import KINDS, job, table
assert len(workers()) == {count}, workers()
kinds = [KINDS[kind] for kind in {kinds}]
found = [train_all(recipe, table(), [job(n, active) for n in range(3)]) for recipe, active in kinds]
leaves = [np.asarray(leaf).ravel() for leaf in jax.tree.leaves(found)]
print(np.concatenate(leaves).tobytes().hex())
"""


@pytest.mark.skipif(accelerated(), reason="compares numbers of threads of a processor")
@pytest.mark.parametrize("kinds", [("both",), slow(("poisson", "copies", "both", "penalty"))])
def test_one_thread_and_three_and_two_devices_give_the_same_bits(kinds):
    def trained(count):
        environment = {**os.environ, "INTERPLAY_DEVICE": "cpu", "PYTHONPATH": os.getcwd()}
        done = subprocess.run(
            [sys.executable, "-c", _TRAIN.format(count=count, kinds=kinds)],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert trained(1) == trained(3) == trained(34), "34 threads need a second device"


def test_an_accelerator_agrees_within_a_tolerance():
    if not accelerated():
        pytest.skip("needs an accelerator; JAX found none")
    here = {**os.environ, "INTERPLAY_DEVICE": "cpu", "PYTHONPATH": os.getcwd()}
    kinds = ("poisson", "copies", "both", "penalty")
    script = _TRAIN.format(count=len(os.sched_getaffinity(0)), kinds=kinds)
    done = subprocess.run([sys.executable, "-c", script], env=here, capture_output=True, text=True, check=True)
    theirs = np.frombuffer(bytes.fromhex(done.stdout.strip()), np.float32)
    found = [train_all(recipe, table(), [job(n, active) for n in range(3)]) for recipe, active in map(KINDS.get, kinds)]
    np.testing.assert_allclose(_flat(found), theirs, atol=2e-3)


@pytest.mark.parametrize("kind", ["dp_sgd", "adversarial", "copies", "penalty", "trades"])
def test_interventions_change_the_model_and_share_its_start(kind):
    recipe, active = KINDS[kind]
    bare, treated = ([job(0, on)] for on in ((), active))
    assert not np.array_equal(_flat(train_all(recipe, table(), bare)), _flat(train_all(recipe, table(), treated)))
    still = dataclasses.replace(recipe, sampling=dataclasses.replace(recipe.sampling, steps=0))
    np.testing.assert_array_equal(*(_flat(train_all(still, table(), jobs)) for jobs in (bare, treated)))


def test_switched_off_hooks_are_the_identity():
    plain = _flat(train_all(PLAIN, table(), [job(0)]))
    for off in (
        AdversarialTraining(radius=0.0),
        AdversarialTraining(radius=0.0, copies=3),
        ParityPenalty(strength=0.0),
        DpSgd(noise_multiplier=0.0, max_grad_norm=1e9),
    ):
        np.testing.assert_allclose(_flat(train_all(PLAIN, table(), [job(0, (off,))])), plain, atol=2e-6)


def test_parts_of_a_batch_add_up_to_the_batch():
    apart = train_all(POISSON, table(), [job(0)])
    whole = train_all(dataclasses.replace(POISSON, at_once=True), table(), [job(0)])
    assert POISSON.sampling.part_rows(True) > POISSON.sampling.part_rows(False)
    np.testing.assert_allclose(_flat(apart), _flat(whole), atol=2e-5)


def test_other_strengths_of_a_kind_share_the_program():
    recipe = dataclasses.replace(PLAIN, favourable=0)  # a program of this test's own
    for radius, noise, rate in ((0.1, 1.0, 0.1), (0.5, 2.0, 0.3)):
        active = (AdversarialTraining(radius=radius), DpSgd(noise_multiplier=noise, max_grad_norm=radius))
        train_all(recipe, table(), [job(n, active, rate=rate, decay=radius) for n in range(4)])
    assert trainer(recipe).program._cache_size() == len(set(workers())), "and all threads do"
    train_all(recipe, table(), [job(n, (AdversarialTraining(attack_steps=3),)) for n in range(4)])
    assert trainer(recipe).program._cache_size() == 2 * len(set(workers())), (
        "another number of steps is another program"
    )


def test_a_call_is_sized_to_its_budget():
    program, one = trainer(PLAIN), job(0)
    assert program.places(table(), one, 10_000) < program.places(table(), one, 100_000_000)
    assert program.places(table(), one, 1) == 1, "one model must always fit"


def test_rows_from_a_file_train_the_same_models(tmp_path):
    recipe, active = KINDS["both"]
    jobs, data = [job(number, active) for number in range(3)], table()
    inputs = np.asarray(data.inputs)
    mapped = store(tmp_path / "rows", [np.zeros((3, 5)), inputs[:50], inputs[50:]])
    places = np.arange(3, 3 + len(inputs))
    from_file = train_all(dataclasses.replace(recipe, reader=mapped), data._replace(inputs=places), jobs)
    np.testing.assert_array_equal(_flat(from_file), _flat(train_all(recipe, data, jobs)))


def test_progress_counts_every_model():
    told = []
    train_all(PLAIN, table(), [job(number) for number in range(5)], told.append)
    assert sum(told) == 5


def test_weight_decay_shrinks_weights_and_not_biases():
    network, still = PLAIN.network, dataclasses.replace(PLAIN, sampling=Sampling(60, 1.0, 1))
    free, decayed = (train_all(still, table(), [job(0, rate=0.5, decay=decay)]) for decay in (0.0, 0.1))
    start = network.initial(jax.random.wrap_key_data(job(0).initialisation))
    for one, other, first in zip(free, decayed, start, strict=True):
        np.testing.assert_allclose(one.weight[0] - other.weight[0], 0.05 * first.weight, atol=1e-6)
        np.testing.assert_array_equal(one.bias, other.bias)


def test_scores_are_those_of_each_member():
    data, jobs = table(), [job(number) for number in range(3)]
    fleet = train_all(PLAIN, data, jobs)
    inputs = np.asarray(data.inputs)
    found = scores(PLAIN.network, fleet, inputs)
    assert found.shape == (3, ROWS, 2)
    np.testing.assert_allclose(found[1], PLAIN.network.logits(member(fleet, 1), data.inputs), atol=1e-5)
    assert (found.argmax(axis=2) == np.asarray(data.labels)).mean() > 0.75


def test_private_noise_differs_between_steps_and_members():
    recipe = dataclasses.replace(POISSON, optimiser="sgd")
    fleet = train_all(recipe, table(), [job(0, (PRIVATE,)), job(1, (PRIVATE,))])
    assert not np.allclose(_flat(member(fleet, 0)), _flat(member(fleet, 1)))
