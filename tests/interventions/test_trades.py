"""TRADES: known losses, plain training where it is switched off, and rows that withstand an attack where it is on."""

import dataclasses
import math

import numpy as np
import pytest
from tests.training.worlds import PLAIN, POISSON, job, table

from interplay.acceleration import kernel
from interplay.attacks.divergence import divergence
from interplay.attacks.margin import steepest
from interplay.attacks.pgd import Threat, pgd, uniform
from interplay.engine import jax, jnp
from interplay.errors import RefusedCombination, StudyError
from interplay.families.network.fleet import member, train_all
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Recipe, TrainingTable, train
from interplay.families.network.sampler import Sampling
from interplay.interventions import refusal
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.parity_penalty import ParityPenalty
from interplay.interventions.trades import Trades
from interplay.models.dense import Dense, Layer
from interplay.models.network import Examples, Network, cross_entropy
from interplay.models.record_losses import RecordLosses

UNCLIPPED = DpSgd(noise_multiplier=0.0, max_grad_norm=1e9)
WALL = Threat(jnp.array([1.0, 0.0]), jnp.full(2, -9.0), jnp.full(2, 9.0))
LINE = Dense((2, 2))
SLOPE = (Layer(jnp.array([[0.0, 2.0], [0.0, 1.0]]), jnp.zeros(2)),)
"""The log-odds of label 1 are 2 * first column + second column."""


def _flat(parameters):
    return np.concatenate([np.ravel(leaf) for leaf in jax.tree.leaves(parameters)])


def _trained(recipe, *active):
    return _flat(train_all(recipe, table(), [job(0, active)]))


def _kl(p, q):
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def test_the_loss_of_a_row_is_what_a_pocket_calculator_gives():
    unchanged, moved = jnp.array([[0.0, 1.5]]), jnp.array([[0.0, -0.5]])
    p, q = 1 / (1 + math.exp(-1.5)), 1 / (1 + math.exp(0.5))
    for label, own in ((1, p), (0, 1 - p)):
        result = Trades(trade_off=3.0).losses([unchanged, moved], jnp.array([label]))
        assert float(result[0]) == pytest.approx(-math.log(own) + 3.0 * _kl(p, q), abs=1e-6)


def test_the_divergence_of_three_labels_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    before, after = (rng.normal(size=(5, 3)) for _ in range(2))
    p, q = (np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) for scores in (before, after))
    result = divergence(jnp.asarray(before), jnp.asarray(after))
    np.testing.assert_allclose(result, (p * np.log(p / q)).sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("recipe", [PLAIN, POISSON], ids=["full batches", "Poisson batches"])
def test_without_a_price_it_is_plain_training(recipe):
    np.testing.assert_allclose(_trained(recipe, Trades(trade_off=0.0)), _trained(recipe), atol=3e-6)
    assert np.abs(_trained(recipe, Trades(trade_off=1.0)) - _trained(recipe)).max() > 1e-2


def test_where_nothing_moves_it_is_plain_training():
    still = dataclasses.replace(PLAIN, movable=())
    np.testing.assert_array_equal(_trained(still, Trades()), _trained(still))
    np.testing.assert_allclose(_trained(PLAIN, Trades(radius=0.0)), _trained(PLAIN), atol=3e-6)


def test_a_step_follows_the_slope_of_the_written_loss():
    trades, once = Trades(trade_off=2.0), dataclasses.replace(PLAIN, sampling=Sampling(60, 1.0, 1))
    given, data, network = job(0, (trades,)), table(), PLAIN.network
    inputs, labels = data.inputs[given.rows], data.labels[given.rows]
    start, columns = network.initial(jax.random.wrap_key_data(given.initialisation)), np.array([0, 1])
    scores = network.around(start, inputs, columns)
    key = jax.random.fold_in(jax.random.fold_in(jax.random.wrap_key_data(given.attack), 0), 0)
    objective = trades.objective(scores, inputs[:, columns], labels, jnp.ones(60))
    moved = trades.perturb(objective, inputs[:, columns], data.threat.among(columns, inputs), key)[:, 1]

    def loss(parameters):
        before = network.logits(parameters, inputs)
        after = network.logits(parameters, jnp.concatenate([moved, inputs[:, 2:]], axis=1))
        p, q = jax.nn.softmax(before), jax.nn.softmax(after)
        return jnp.mean(cross_entropy(before, labels) + 2.0 * jnp.sum(p * jnp.log(p / q), axis=1))

    by_hand = jax.tree.map(lambda leaf, slope: leaf - 0.1 * slope, start, jax.grad(loss)(start))
    result = _flat(member(train_all(once, data, [given]), 0))
    np.testing.assert_allclose(result, _flat(by_hand), atol=2e-6)


def test_a_linear_score_is_moved_as_far_as_allowed_to_either_side():
    inputs = jnp.asarray(np.random.default_rng(0).normal(size=(200, 2)), jnp.float32)
    scores, trades = LINE.around(SLOPE, inputs, np.arange(2)), Trades(radius=0.5)
    objective = trades.objective(scores, inputs, jnp.zeros(200, jnp.int32), jnp.ones(200))
    result = np.asarray(trades.perturb(objective, inputs, WALL, jax.random.key(0)))
    np.testing.assert_array_equal(result[:, 0], inputs)
    change = result[:, 1] - result[:, 0]
    np.testing.assert_allclose(np.abs(change[:, 0]), 0.5, atol=1e-6)
    np.testing.assert_array_equal(change[:, 1], 0.0)
    assert 0.35 < np.mean(change[:, 0] > 0) < 0.65, "the small random start decides to which side"
    at_chance = scores(inputs + 0.5 * (2 * uniform(jax.random.key(1), inputs.shape) - 1) * jnp.array([1.0, 0.0]))
    assert bool((objective(result[:, 1]) > 0).all())
    assert float(objective(result[:, 1]).mean()) > 2 * float(divergence(scores(inputs), at_chance).mean())


def test_a_strong_column_that_an_attacker_moves_is_used_less():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 600)
    side = 2.0 * labels - 1
    inputs = np.column_stack([0.25 * side + 0.1 * rng.normal(size=600), side + rng.normal(size=600)]).astype(np.float32)
    rows = TrainingTable(jnp.asarray(inputs), jnp.asarray(labels), jnp.zeros(600, jnp.int32), WALL)
    recipe = Recipe(Dense((2, 8, 2)), "sgd", Sampling(400, 1.0, 200), movable=(0,))

    def accuracies(*active):
        given = job(0, active, rate=0.3, rows=np.arange(400))
        model, test = member(train_all(recipe, rows, [given]), 0), rows.inputs[400:]
        scores = recipe.network.around(model, test, np.arange(2))
        worst = pgd(steepest(scores, test, rows.labels[400:]), test, 0.5, WALL, jax.random.key(0), 20, 5)
        return [float(jnp.mean(scores(at).argmax(axis=1) == rows.labels[400:])) for at in (test, worst)]

    (clean, robust), (plain, exposed) = accuracies(Trades(radius=0.5)), accuracies()
    assert plain > 0.95 and exposed < 0.3, "the column that moves decides"
    assert robust > 0.7 and clean > 0.7
    some = accuracies(Trades(radius=0.5, trade_off=0.3))
    assert exposed < some[1] < robust and clean < some[0], "the price says which of the two"


class Formed(Network):
    """A network that forms the gradient of every row."""

    def __init__(self, widths):
        self.dense = Dense(widths)

    def initial(self, key):
        return self.dense.initial(key)

    def logits(self, parameters, inputs):
        return self.dense.logits(parameters, inputs)


def test_without_clipping_or_noise_dp_sgd_beside_it_changes_nothing():
    both, alone = _trained(PLAIN, Trades(), UNCLIPPED), _trained(PLAIN, Trades())
    np.testing.assert_allclose(both, alone, atol=1e-5)


@pytest.mark.parametrize("kind", [Dense, Formed])
def test_a_row_is_clipped_by_its_own_loss(kind):
    rng = np.random.default_rng(0)
    inputs, labels = rng.normal(size=(12, 2, 5)).astype(np.float32), jnp.asarray(rng.integers(0, 2, 12))
    network = RecordLosses(kind((5, 4, 2)), Trades(trade_off=4.0).losses)
    parameters = network.initial(jax.random.key(0))
    examples = Examples(jnp.asarray(inputs), labels, jnp.ones(12))
    apart = [jax.tree.map(lambda leaf, at=at: leaf[at : at + 1], examples) for at in range(12)]
    each = [_flat(jax.grad(lambda p, row=row: network.losses(p, *row[:2])[0])(parameters)) for row in apart]
    total, norms = network.clipped_sum(parameters, examples, 1.0)
    np.testing.assert_allclose(norms, [np.linalg.norm(slope) for slope in each], rtol=1e-4)
    clipped = sum(slope / max(1.0, np.linalg.norm(slope)) for slope in each)
    assert max(map(np.linalg.norm, each)) > 1.0
    np.testing.assert_allclose(_flat(total), clipped, atol=1e-5)


def test_without_the_kernel_it_trains_the_same_models():
    with kernel.set_aside():
        plain = jax.jit(lambda rows, given: train(PLAIN, rows, given))(table(), job(0, (Trades(),)))
    np.testing.assert_allclose(_flat(plain), _trained(PLAIN, Trades()), atol=1e-3)


def test_a_penalty_beside_it_is_felt():
    assert refusal(Trades(), ParityPenalty()) is None
    both = _trained(PLAIN, Trades(), ParityPenalty())
    assert np.isfinite(both).all() and np.abs(both - _trained(PLAIN, Trades())).max() > 1e-3


def test_it_takes_the_place_of_adversarial_training_and_not_one_beside_it():
    with pytest.raises(RefusedCombination, match="both replace the rows of a batch") as caught:
        hooks((Trades(), AdversarialTraining()))
    assert "take one of them out" in caught.value.remedy
    with pytest.raises(StudyError, match="trade_off"):
        Trades(trade_off=-1.0)
