"""The loop and the fleet: packing never changes a model, off is the identity, hooks act as documented."""

import dataclasses

import jax
import numpy as np
import pytest

from interplay import streams
from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.parity_penalty import ParityPenalty
from interplay.models.dense import logits
from interplay.training.fleet import member, scores, train_all
from interplay.training.loop import Job, Recipe, Table, _draw

ROWS, COLUMNS = 120, 5


def _table(seed=0):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    labels = (inputs[:, 0] + 0.5 * rng.normal(size=ROWS) > 0).astype(np.int64)
    groups = rng.integers(0, 2, ROWS)
    threat = Threat(jnp.array([1.0, 1, 0, 0, 0]), jnp.asarray(inputs.min(0)), jnp.asarray(inputs.max(0)))
    return Table(jnp.asarray(inputs), jnp.asarray(labels), jnp.asarray(groups), threat)


def _job(number, rate=0.1):
    def key(purpose):
        return jax.random.wrap_key_data(jnp.asarray(streams.key_data(0, purpose, member=number)))

    half = streams.generator(0, "half", member=number).choice(ROWS, ROWS // 2, replace=False)
    keys = (key(purpose) for purpose in ("initialisation", "batches", "noise", "attack"))
    return Job(jnp.asarray(half), jnp.ones(ROWS // 2), jnp.float32(rate), *keys)


PLAIN = Recipe(widths=(COLUMNS, 4, 2), optimiser="sgd", steps=30, batch_size=60, training_rows=60, group_count=2)
KINDS = {
    "plain": PLAIN,
    "poisson": dataclasses.replace(PLAIN, batch_size=20),
    "adam": dataclasses.replace(PLAIN, optimiser="adam"),
    "dp_sgd": dataclasses.replace(PLAIN, gradient=DpSgd(noise_multiplier=1.0)),
    "adversarial": dataclasses.replace(PLAIN, perturbation=AdversarialTraining()),
    "both": dataclasses.replace(PLAIN, gradient=DpSgd(noise_multiplier=1.0), perturbation=AdversarialTraining()),
    "penalty": dataclasses.replace(PLAIN, penalty=ParityPenalty()),
}


def _flat(parameters):
    return np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(parameters)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_is_the_same_alone_in_a_block_and_in_any_order(kind):
    table, jobs = _table(), [_job(number) for number in range(9)]
    together = train_all(KINDS[kind], table, jobs)
    alone = train_all(KINDS[kind], table, [jobs[4]])
    turned = train_all(KINDS[kind], table, jobs[::-1])
    np.testing.assert_array_equal(_flat(member(together, 4)), _flat(member(alone, 0)))
    np.testing.assert_array_equal(_flat(member(together, 4)), _flat(member(turned, 4)))
    np.testing.assert_array_equal(_flat(member(together, 0)), _flat(member(turned, 8)))


@pytest.mark.parametrize("kind", ["dp_sgd", "adversarial", "penalty"])
def test_interventions_change_the_model_and_share_its_start(kind):
    table, jobs = _table(), [_job(0)]
    assert not np.array_equal(_flat(train_all(PLAIN, table, jobs)), _flat(train_all(KINDS[kind], table, jobs)))
    frozen = [dataclasses.replace(recipe, steps=0) for recipe in (PLAIN, KINDS[kind])]
    starts = [_flat(train_all(recipe, table, jobs)) for recipe in frozen]
    np.testing.assert_array_equal(*starts)


def test_switched_off_hooks_are_the_identity():
    table, jobs = _table(), [_job(0)]
    plain = _flat(train_all(PLAIN, table, jobs))
    for off in (
        dataclasses.replace(PLAIN, perturbation=AdversarialTraining(radius=0.0)),
        dataclasses.replace(PLAIN, penalty=ParityPenalty(strength=0.0)),
        dataclasses.replace(PLAIN, gradient=DpSgd(noise_multiplier=0.0, max_grad_norm=1e9)),
    ):
        np.testing.assert_allclose(_flat(train_all(off, table, jobs)), plain, atol=2e-6)


def test_poisson_batches_have_the_stated_rate_and_the_budget_counts_it():
    recipe = KINDS["poisson"]
    sizes = [int((np.asarray(_draw(recipe, _table(), _job(0), step).weights) > 0).sum()) for step in range(400)]
    expected = recipe.training_rows * recipe.sampling_rate
    variance = expected * (1 - recipe.sampling_rate)
    assert recipe.sampling_rate == pytest.approx(1 / 3)
    assert np.mean(sizes) == pytest.approx(expected, abs=4 * (variance / 400) ** 0.5)
    assert np.var(sizes) == pytest.approx(variance, rel=0.35), "a shuffled sampler of fixed size would have variance 0"
    assert max(sizes) <= recipe.capacity


def test_scores_are_those_of_each_member():
    table, jobs = _table(), [_job(number) for number in range(3)]
    fleet = train_all(PLAIN, table, jobs)
    inputs = np.asarray(table.inputs)
    found = scores(fleet, inputs)
    assert found.shape == (3, ROWS, 2)
    np.testing.assert_allclose(found[1], logits(member(fleet, 1), table.inputs), atol=1e-5)
    accuracy = (found.argmax(axis=2) == np.asarray(table.labels)).mean()
    assert accuracy > 0.75
