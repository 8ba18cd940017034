"""What models trained with and without one canary row refute about the budget that the accountant reports.

The canary has an input column of its own, and a clipping norm so small that its gradient always has that norm and one
direction: the worst row there is. Everything else the attacker knows, the initial parameters included, so the weights
of that column are the score. A model without the canary has its row at weight zero, which is what a row left out adds.

Measured with 20,000 models at delta 0.01, refuted of reported: full batches 1.6 of 2.3, Poisson batches 1.5 of 3.1,
adversarial copies 1.5 of 2.3; with half of the noise 4.6 (full) and 5.2 (Poisson), and with every copy clipped by itself
6.1. Noise that is alike in all steps would not be seen here: only the last parameters are looked at.
"""

import dataclasses

import numpy as np
import pytest

from interplay import streams
from interplay.accounting import epsilon
from interplay.attacks.pgd import Threat
from interplay.engine import jnp
from interplay.families.network.fleet import train_all
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Job, Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.interventions import TrainingRows
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_clipping import GroupClipping
from interplay.interventions.trades import Trades
from interplay.models.dense import Dense
from interplay.models.network import Examples
from interplay.testing.canaries import lower_bound

MODELS, DELTA, CLIP = 20_000, 0.01, 1e-3
ROWS, COLUMNS = 12, 8
CANARY, ITS_COLUMN = 5, COLUMNS - 1
STEP = 0.01
"""How far one gradient of the clipping norm moves the parameters: too little to change anybody's gradient."""

NETWORK = Dense((COLUMNS, 2))
FULL = Recipe(NETWORK, "sgd", Sampling(ROWS, 1.0, 4), movable=tuple(range(ITS_COLUMN)))
POISSON = Recipe(NETWORK, "sgd", Sampling(ROWS, 0.25, 4))
NOISE = {FULL: 2.0, POISSON: 0.7}
COPIES = AdversarialTraining(copies=2, clean_copy=True)


def table():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    labels = (inputs[:, 0] > 0).astype(np.int64)
    inputs[:, ITS_COLUMN] = 0.0
    inputs[CANARY] = 4.0 * (np.arange(COLUMNS) == ITS_COLUMN)
    labels[CANARY] = 1
    wall = Threat(jnp.ones(COLUMNS), jnp.full(COLUMNS, -9.0), jnp.full(COLUMNS, 9.0))
    return TrainingTable(jnp.asarray(inputs), jnp.asarray(labels), jnp.zeros(ROWS, jnp.int32), wall)


def bound(recipe, noise, *others, rule=DpSgd):
    """The refuted budget of fleets trained with this noise, half of the models with the canary.

    Under norms by group the canary is the only row of the small group, and has the larger norm.
    """
    inside = np.arange(MODELS) % 2 == 0
    present = np.ones((2, ROWS), np.float32)
    present[0, CANARY] = 0.0
    keys = streams.generator(0, "canaries").integers(0, 2**32, (MODELS, 3, 2), dtype=np.uint32)
    start, rows = streams.key_data(0, "initialisation", member=0), np.arange(ROWS, dtype=np.int32)
    rate = np.float32(STEP * recipe.sampling.expected / CLIP)
    active = hooks((rule(noise_multiplier=noise, max_grad_norm=CLIP), *others))
    factors = active.gradient.factors(TrainingRows(np.zeros(ROWS, int), (rows == CANARY).astype(int), 2))
    told = None if factors is None else factors.astype(np.float32)
    jobs = [
        Job(rows, present[int(has)], rate, np.float32(0.0), active, start, *own, told)
        for has, own in zip(inside, keys, strict=True)
    ]
    weight = train_all(recipe, table(), jobs)[0].weight[:, ITS_COLUMN]
    return lower_bound(weight[:, 1] - weight[:, 0], inside, DELTA)


def reported(recipe):
    return epsilon(NOISE[recipe], recipe.sampling.rate, recipe.sampling.steps, DELTA)


@pytest.mark.parametrize("recipe,share", [(FULL, 0.5), (POISSON, 0.4)], ids=["full", "poisson"])
def test_the_reported_budget_is_not_refuted_and_not_far_from_what_is(recipe, share):
    found, claimed = bound(recipe, NOISE[recipe]), reported(recipe)
    assert share * claimed < found <= claimed


def test_a_program_that_adds_half_of_the_noise_it_is_told_is_caught(monkeypatch):
    honest = DpSgd.released

    def released(self, total, key):
        return honest(dataclasses.replace(self, noise_multiplier=self.noise_multiplier / 2), total, key)

    monkeypatch.setattr(DpSgd, "released", released)
    own = dataclasses.replace(FULL, favourable=0)  # a program of this test's own
    assert bound(own, NOISE[FULL]) > reported(FULL)


def test_half_of_the_reported_noise_is_caught_on_poisson_batches():
    assert bound(POISSON, NOISE[POISSON] / 2) > reported(POISSON)


@pytest.mark.parametrize(
    "defence",
    [pytest.param(COPIES, id="adversarial copies"), pytest.param(Trades(), id="TRADES", marks=pytest.mark.slow)],
)
def test_moved_copies_of_a_row_do_not_spend_more_than_is_reported(defence):
    found = bound(FULL, NOISE[FULL], defence)
    assert 0.4 * reported(FULL) < found <= reported(FULL)


def test_a_row_with_a_larger_norm_does_not_spend_more_than_is_reported():
    found = bound(FULL, NOISE[FULL], rule=GroupClipping)
    assert 0.4 * reported(FULL) < found <= reported(FULL)


def test_noise_of_the_smaller_norm_is_caught(monkeypatch):
    monkeypatch.setattr(GroupClipping, "sensitivity", property(lambda self: self.max_grad_norm))
    own = dataclasses.replace(FULL, favourable=0)
    assert bound(own, NOISE[FULL], rule=GroupClipping) > reported(FULL)


def test_clipping_every_copy_by_itself_is_caught(monkeypatch):
    honest = Dense.clipped_sum

    def clipped_sum(self, parameters, examples, max_grad_norm):
        count = examples.inputs.shape[1]
        labels, weights = jnp.repeat(examples.labels, count), jnp.repeat(examples.weights, count)
        apart = Examples(examples.inputs.reshape(-1, COLUMNS), labels, weights)
        return honest(self, parameters, apart, max_grad_norm)

    monkeypatch.setattr(Dense, "clipped_sum", clipped_sum)
    own = dataclasses.replace(FULL, favourable=0)
    assert bound(own, NOISE[FULL], COPIES) > reported(FULL)
