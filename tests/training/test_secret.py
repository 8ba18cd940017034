"""Noise that anyone with the seed can make again, and noise that nobody can."""

import dataclasses

import numpy as np
from tests.training.worlds import POISSON, job, table

from interplay import streams
from interplay.engine import jax
from interplay.families.network.fleet import member, train_all
from interplay.families.network.recipes import secret
from interplay.families.network.sampler import Sampling
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.network import Examples

RATE, CLIP, STRENGTHS = 0.1, 0.5, (1.0, 3.0)
RECIPE = dataclasses.replace(POISSON, optimiser="sgd", sampling=Sampling(60, 1.0, 1), movable=())


def _flat(parameters):
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(parameters)]).astype(np.float64)


def _recovered(jobs):
    """The clipped sum as whoever has two models, their start and their strengths works it out."""
    start = _flat(RECIPE.network.initial(jax.random.wrap_key_data(jobs[0].initialisation)))
    fleet = train_all(RECIPE, table(), jobs)
    first, second = ((start - _flat(member(fleet, at))) / RATE * 60 for at in (0, 1))
    small, large = STRENGTHS
    return (large * first - small * second) / (large - small)


def _jobs():
    return [job(0, (DpSgd(noise_multiplier=noise, max_grad_norm=CLIP),), rate=RATE) for noise in STRENGTHS]


def _clipped_sum():
    given, data = _jobs()[0], table()
    start = RECIPE.network.initial(jax.random.wrap_key_data(given.initialisation))
    rows = Examples(data.inputs[given.rows], data.labels[given.rows], given.weights)
    return _flat(DpSgd(max_grad_norm=CLIP).summed(RECIPE.network, start, rows))


def test_two_strengths_with_one_seed_give_back_the_clipped_sum():
    """Why models of an audit are not for release."""
    true = _clipped_sum()
    assert np.abs(true).max() > 1
    np.testing.assert_allclose(_recovered(_jobs()), true, atol=2e-4)


def test_with_secret_noise_they_do_not():
    off = np.abs(_recovered([secret(one) for one in _jobs()]) - _clipped_sum())
    assert np.median(off) > 0.1 * CLIP, "what is left is noise of about the clipping norm"


def test_only_noise_and_batches_are_secret_and_every_time_others():
    given = job(0, (DpSgd(noise_multiplier=1.0),))
    first, second = secret(given), secret(given)
    for name in ("noise", "batches"):
        keys = [getattr(one, name) for one in (given, first, second)]
        assert all(key.shape == (2,) and key.dtype == np.uint32 for key in keys)
        assert len({key.tobytes() for key in keys}) == 3
    for name in ("initialisation", "attack", "rows", "weights"):
        assert getattr(first, name) is getattr(given, name)
    assert len({streams.secret_key_data().tobytes() for _ in range(100)}) == 100
