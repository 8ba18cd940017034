"""A small table, and what every network must do with it: learn under each kind of treatment, packed in any way."""

import functools

import jax
import numpy as np
from tests.training import worlds

from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.families.network.fleet import member, scores, train_all
from interplay.families.network.loop import Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.network import Examples, Network

KINDS = {
    "plain": (),
    "dp_sgd": (DpSgd(noise_multiplier=0.2),),
    "adversarial": (AdversarialTraining(radius=0.1, attack_steps=2),),
}
COLUMNS = worlds.COLUMNS


def images(height=4, width=4, rows=worlds.ROWS):
    """Images whose left half is brighter, or the right one."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, rows)
    pixels = rng.normal(size=(rows, height, width))
    pixels[:, :, : width // 2] += np.where(labels, 1.0, -1.0)[:, None, None]
    flat = pixels.reshape(rows, -1).astype(np.float32)
    ones = jnp.ones(flat.shape[1])
    return TrainingTable(
        jnp.asarray(flat), jnp.asarray(labels), jnp.zeros(rows, jnp.int32), Threat(ones, -5 * ones, 5 * ones)
    )


def recipe(network, columns=COLUMNS, steps=40):
    return Recipe(network, "sgd", Sampling(60, 1.0, steps), movable=tuple(range(columns)))


def learns_and_packs(network, kind, data):
    """Train three members: all learn, and each is the same alone as among the others, bit for bit."""
    plan, jobs = recipe(network, data.inputs.shape[1]), [worlds.job(number, KINDS[kind]) for number in range(3)]
    together, alone = train_all(plan, data, jobs), train_all(plan, data, [jobs[1]])
    np.testing.assert_array_equal(flat(member(together, 1)), flat(member(alone, 0)))
    decided = scores(network, together, np.asarray(data.inputs)).argmax(axis=2)
    assert ((decided == np.asarray(data.labels)).mean(axis=1) > 0.75).all(), "every member learns"


def flat(tree):
    return np.concatenate([np.asarray(leaf).ravel() for leaf in jax.tree.leaves(tree)])


def examples(columns, classes, copies=1, rows=60):
    rng = np.random.default_rng(0)
    shape = (rows, columns) if copies == 1 else (rows, copies, columns)
    drawn = rng.normal(size=shape), rng.integers(0, classes, rows), rng.exponential(size=rows)
    return Examples(*(one.astype(kind) for one, kind in zip(drawn, ("f4", "i4", "f4"), strict=True)))


def apart_from_the_truth(network, parameters, rows):
    """How far `clipped_sum` lies from gradients formed in float64, as a share of the largest; sums and norms."""
    clipped = jax.jit(network.clipped_sum)
    limit = np.median(clipped(parameters, rows, np.float32(1.0))[1])  # clips half of the rows
    found = clipped(parameters, rows, limit)
    with jax.enable_x64(True):
        precise = jax.tree.map(lambda leaf: np.asarray(leaf, np.float64), parameters)
        doubled = rows._replace(inputs=rows.inputs.astype(np.float64), weights=rows.weights.astype(np.float64))
        truth = jax.jit(functools.partial(Network.clipped_sum, network))(precise, doubled, np.float64(limit))
    assert flat(truth).dtype == np.float64
    return [
        np.abs(flat(one) - flat(true)).max() / np.abs(flat(true)).max() for one, true in zip(found, truth, strict=True)
    ]
