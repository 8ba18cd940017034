"""Membership attacks on released things: they find nothing where there is nothing, and what is planted."""

import numpy as np
import pytest
from scipy.stats import rankdata

from interplay.arrays import Array, Bool, Float
from interplay.attacks import lira, shadow_logistic, shrunken_lira
from interplay.attacks.lira import LiraScores

MEMBERS, ROWS = 16, 600


def area(found: LiraScores, inside: Bool[Array, "member row"]) -> float:
    truth, ranks = inside[found.scored], rankdata(found.scores[found.scored])
    members, others = truth.sum(), (~truth).sum()
    return float((ranks[truth].sum() - members * (members + 1) / 2) / (members * others))


def drawn(seed: int, leak: float) -> tuple[Float[Array, "member row"], Bool[Array, "member row"], np.random.Generator]:
    random = np.random.default_rng(seed)
    inside = random.random((MEMBERS, ROWS)) < 0.5
    return 2 * random.normal(size=ROWS) + random.normal(size=inside.shape) + leak * inside, inside, random


@pytest.mark.parametrize("noise", [0, 1, 4])
def test_a_shrunken_attack_finds_nothing_on_rows_nobody_trained_on(noise: int) -> None:
    areas = []
    for seed in range(12):
        signal, inside, random = drawn(seed, leak=0.0)
        more = random.standard_t(3, size=(*signal.shape, noise))
        areas.append(area(shrunken_lira.scores(np.concatenate([signal[..., None], more], axis=2), inside), inside))
    assert abs(np.mean(areas) - 0.5) < 4 * np.std(areas) / np.sqrt(len(areas)) + 0.002


def test_columns_of_noise_do_not_make_a_shrunken_attack_weaker() -> None:
    gains = []
    for seed in range(6):
        signal, inside, random = drawn(seed, leak=0.6)
        noise = random.normal(size=(*signal.shape, 4))
        alone = area(shrunken_lira.scores(signal[..., None], inside), inside)
        gains.append(
            area(shrunken_lira.scores(np.concatenate([signal[..., None], noise], axis=2), inside), inside) - alone
        )
        assert alone > area(lira.scores(signal, inside), inside) - 0.01
        assert alone > 0.58
    assert np.mean(gains) > -0.006


def test_a_second_signal_that_leaks_is_used() -> None:
    signal, inside, random = drawn(0, leak=0.3)
    other = random.normal(size=signal.shape) + 0.8 * inside
    both = area(shrunken_lira.scores(np.stack([signal, other], axis=2), inside), inside)
    assert both > area(shrunken_lira.scores(signal[..., None], inside), inside) + 0.05


def test_a_target_does_not_see_its_own_truth() -> None:
    signal, inside, _ = drawn(3, leak=0.0)
    changed = inside.copy()
    changed[0] = ~changed[0]
    for attack in (shrunken_lira, shadow_logistic):
        first, second = (attack.scores(signal[..., None], masks).scores[0] for masks in (inside, changed))
        np.testing.assert_allclose(first, second, atol=1e-9)


@pytest.mark.parametrize("leak", [0.0, 1.5])
def test_a_regression_on_decisions_finds_what_there_is(leak: float) -> None:
    areas = []
    for seed in range(8):
        signal, inside, _ = drawn(seed, leak)
        right = (signal > 0).astype(np.float64)
        areas.append(area(shadow_logistic.scores(right[..., None], inside), inside))
    assert np.mean(areas) > 0.55 if leak else abs(np.mean(areas) - 0.5) < 0.012


def test_a_constant_signal_is_guessing() -> None:
    _, inside, _ = drawn(0, leak=0.0)
    constant = np.ones((*inside.shape, 1))
    assert area(shadow_logistic.scores(constant, inside), inside) == 0.5
    assert area(shrunken_lira.scores(constant, inside), inside) == 0.5


def test_few_members_leave_rows_unscored_and_nothing_breaks() -> None:
    signal, inside, _ = drawn(0, leak=0.0)
    for attack in (shrunken_lira, shadow_logistic):
        found = attack.scores(signal[:2, :, None], inside[:2])
        assert not found.scored.any() and not found.scores.any()
        three = attack.scores(signal[:3, :, None], inside[:3])
        assert np.isfinite(three.scores).all()


def test_signals_that_are_not_finite_are_left_out() -> None:
    signal, inside, _ = drawn(0, leak=0.0)
    signal[0, :5] = np.nan
    found = shrunken_lira.scores(signal[..., None], inside)
    assert not found.scored[0, :5].any() and np.isfinite(found.scores).all()
