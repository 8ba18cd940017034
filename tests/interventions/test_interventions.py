"""Interventions against known answers and independent implementations."""

from dataclasses import dataclass

import numpy as np
import pytest

from interplay.engine import jax, jnp
from interplay.interventions import FittingRows, TrainingRows, refusal
from interplay.interventions.dp_sgd import DpSgd
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.interventions.parity_penalty import ParityPenalty
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.interventions.reweighing import Reweighing
from interplay.interventions.split_conformal import SplitConformal
from interplay.models.dense import Dense
from interplay.models.network import Examples


def _rows(seed=0, rows=400):
    rng = np.random.default_rng(seed)
    groups = rng.integers(-1, 3, rows)
    return TrainingRows((rng.random(rows) < 0.3 + 0.2 * groups.clip(0)).astype(np.int64), groups, 2)


def test_reweighing_makes_group_and_label_independent():
    rows = _rows()
    weights = Reweighing().weigh(rows)
    rates = [np.average(rows.labels[rows.groups == group], weights=weights[rows.groups == group]) for group in range(3)]
    assert np.ptp(rates) < 1e-12
    assert weights.mean() == pytest.approx(1.0)
    raw = [rows.labels[rows.groups == group].mean() for group in range(3)]
    assert np.ptp(raw) > 0.2, "the case must have something to mitigate"


def test_reweighing_off_is_the_identity():
    np.testing.assert_array_equal(Reweighing(strength=0.0).weigh(_rows()), np.ones(400))


@pytest.mark.parametrize("criterion", ["demographic_parity", "equal_opportunity"])
def test_group_thresholds_equalise_the_rate_on_the_fitted_rows(criterion):
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 2, 4000)
    labels = rng.random(4000) < 0.5
    margins = rng.normal(size=4000) + labels - 1.0 * groups
    rows = FittingRows(margins, labels, groups, np.ones(4000))
    found = GroupThresholds(criterion=criterion).thresholds(rows, 2)
    chosen = margins >= found.of_rows(groups, np.zeros(4000))
    eligible = labels if criterion == "equal_opportunity" else np.ones(4000, dtype=bool)
    rates = [chosen[eligible & (groups == group)].mean() for group in (0, 1)]
    assert abs(rates[0] - rates[1]) < 2e-3
    assert abs((margins >= 0)[eligible & (groups == 0)].mean() - rates[0]) > 0.05


def test_dp_sgd_adds_noise_of_the_stated_size_once():
    network = Dense((6, 4, 2))
    parameters = network.initial(jax.random.key(0))
    examples = Examples(jnp.ones((10, 6)), jnp.zeros(10, dtype=jnp.int32), jnp.ones(10))
    private = DpSgd(noise_multiplier=3.0, max_grad_norm=0.5)
    clean = private.summed(network, parameters, examples)
    keys = jax.random.split(jax.random.key(1), 3000)
    noisy = jax.lax.map(lambda key: private.released(clean, key), keys)
    for found, true in zip(jax.tree.leaves(noisy), jax.tree.leaves(clean), strict=True):
        np.testing.assert_allclose(found.std(axis=0), 1.5, rtol=0.08)
        np.testing.assert_allclose(found.mean(axis=0), true, atol=0.15)


def test_a_batch_coupled_penalty_refuses_dp_sgd_and_names_the_alternative():
    for reason in (DpSgd().refuses(ParityPenalty()), ParityPenalty().refuses(DpSgd())):
        assert reason is not None
        assert "reweighing" in reason


def test_parity_penalty_is_zero_at_parity_and_ignores_padding():
    scores = jnp.array([[0.0, 1.0], [0.0, 1.0], [0.0, 9.0]])
    groups = jnp.array([0, 1, 1])
    weights = jnp.array([1.0, 1.0, 0.0])
    assert float(ParityPenalty().penalty(scores, 1, groups, weights, group_count=2)) == pytest.approx(0.0, abs=1e-9)


def test_two_explanations_of_one_study_are_refused():
    @dataclass(frozen=True)
    class Another(ReleaseExplanations):
        title = "other explanations"

    reason = refusal(ReleaseExplanations(), Another())
    assert reason is not None and "released explanations and other explanations would be measured as one" in reason
    assert refusal(ReleaseExplanations(), SplitConformal()) is None
