"""The lower bound on a privacy budget, on mechanisms whose budget is known in closed form."""

import numpy as np
import pytest
from dp_accounting import get_epsilon_gaussian
from scipy.stats import binom

from interplay.arrays import Array, Bool, Float
from interplay.errors import InterplayError
from interplay.testing.canaries import lower_bound

MODELS, REPETITIONS, DELTA = 4000, 100, 0.01


def released(generator: np.random.Generator, noise: float) -> tuple[Float[Array, " member"], Bool[Array, " member"]]:
    """A Gaussian mechanism: one row adds 1 to a number, released with a noise of this standard deviation."""
    inside = generator.random(MODELS) < 0.5
    return inside + noise * generator.normal(size=MODELS), inside


def bounds(noise: float, privacy_delta: float = DELTA) -> Float[Array, " repetition"]:
    generator = np.random.default_rng(0)
    return np.array([lower_bound(*released(generator, noise), privacy_delta) for _ in range(REPETITIONS)])


@pytest.mark.parametrize("noise", [0.5, 1.0, 1.5])
def test_the_bound_of_a_gaussian_mechanism_lies_below_its_budget_and_above_half(noise: float) -> None:
    truth, found = get_epsilon_gaussian(noise, DELTA), bounds(noise)
    assert (found <= truth).mean() >= 0.95
    assert truth / 2 < found.mean() < truth


def test_a_mechanism_that_reveals_everything_is_bounded_by_the_number_of_models() -> None:
    inside = np.arange(MODELS) % 2 == 0
    # No error among the 1,500 models of a side that count: 1 - 0.025 ** (1 / 1500) remains possible
    rate = 1 - 0.025 ** (1 / 1500)
    assert lower_bound(inside.astype(float), inside, 0.0) == pytest.approx(np.log((1 - rate) / rate), rel=1e-9)


@pytest.mark.parametrize("privacy_delta,mirrored", [(0.02, False), (0.0, True)])
def test_both_forms_are_used(privacy_delta: float, mirrored: bool) -> None:
    """A score of 1 that only models with the canary have; mirrored, a score of 0 that only models without it have."""
    inside = np.arange(MODELS) % 2 == 0
    sure = np.arange(MODELS) % 10 < 2  # a fifth of the models, half of them with the canary
    scores = (sure & inside) if not mirrored else ~(sure & ~inside)
    silent = 1 - 0.025 ** (1 / 1500)
    others = binom_upper(1200, 1500)
    expected = np.log((1 - privacy_delta - others) / silent)
    assert lower_bound(scores.astype(float), inside, privacy_delta) == pytest.approx(expected, rel=1e-6)


def binom_upper(count: int, total: int) -> float:
    """The share at which a count this small or smaller has a chance of 0.025, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if binom.cdf(count, total, middle) > 0.025 else (low, middle)
    return low


def test_without_information_the_bound_is_about_zero() -> None:
    generator, inside = np.random.default_rng(1), np.arange(MODELS) % 2 == 0
    found = np.array([lower_bound(generator.normal(size=MODELS), inside, 0.0) for _ in range(REPETITIONS)])
    assert (found > 0).mean() <= 0.05
    assert found.max() < 0.1
    assert lower_bound(np.zeros(MODELS), inside, 0.0) == 0.0
    assert lower_bound(-inside.astype(float), inside, 0.0) == 0.0, "scores the wrong way round show nothing"


def test_half_of_the_stated_noise_is_caught() -> None:
    stated = get_epsilon_gaussian(1.0, DELTA)
    assert (bounds(0.5) > stated).mean() >= 0.95


def test_the_chance_to_exceed_the_truth_is_what_confidence_says() -> None:
    """Randomised response: the best threshold is no choice, so the bound is as tight as its limits."""
    generator, truth = np.random.default_rng(2), np.log(3.0)
    found = []
    for _ in range(400):
        inside = generator.random(2000) < 0.5
        scores = np.where(generator.random(2000) < 0.75, inside, ~inside)
        found.append(lower_bound(scores.astype(float), inside, 0.0, confidence=0.5))
    assert 0.1 < np.mean(np.array(found) > truth) < 0.5
    assert np.mean(found) == pytest.approx(truth, abs=0.1)


def test_order_and_scale_of_the_scores_do_not_matter() -> None:
    scores, inside = released(np.random.default_rng(3), 1.0)
    before = lower_bound(scores, inside, DELTA)
    grouped = np.argsort(~inside, kind="stable")
    assert lower_bound(np.exp(scores), inside, DELTA) == before
    assert lower_bound(scores[grouped], inside[grouped], DELTA) == before, "models with the canary may come first"
    assert lower_bound(np.where(scores > 3, np.inf, scores), inside, DELTA) > 0


def test_more_confidence_and_a_larger_delta_refute_less() -> None:
    scores, inside = released(np.random.default_rng(4), 0.5)
    assert lower_bound(scores, inside, DELTA, 0.99) < lower_bound(scores, inside, DELTA, 0.8)
    assert lower_bound(scores, inside, 0.1) < lower_bound(scores, inside, 0.001)


@pytest.mark.parametrize(
    "models,privacy_delta,confidence,message",
    [(7, 0.0, 0.95, "at least 4 models"), (8, 1.0, 0.95, "privacy_delta < 1"), (8, 0.0, 1.0, "confidence < 1")],
)
def test_refusals(models: int, privacy_delta: float, confidence: float, message: str) -> None:
    with pytest.raises(InterplayError, match=message):
        lower_bound(np.zeros(models), np.arange(models) % 2 == 0, privacy_delta, confidence)


def test_scores_must_be_numbers_one_for_each_model() -> None:
    inside = np.arange(8) % 2 == 0
    with pytest.raises(InterplayError, match="1 that are not"):
        lower_bound(np.array([np.nan, *np.zeros(7)]), inside, 0.0)
    with pytest.raises(InterplayError, match="7 scores"):
        lower_bound(np.zeros(7), inside, 0.0)
