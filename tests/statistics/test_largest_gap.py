from itertools import combinations

import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.estimates import NotMeasurable, Sample
from interplay.statistics.crossed_interval import crossed_interval
from interplay.statistics.largest_gap import largest_gap


def world(random: np.random.Generator, rates: Array, rows: int, members: int = 8, spread: float = 0.01) -> Sample:
    """A disparity between groups of `rows` rows each with these true rates; all groups share the members."""
    weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(100, rows))])
    means = []
    for rate in rates:
        level = np.clip(rate + spread * random.standard_normal((members, 1)), 0, 1)
        own = random.random(rows) < 0.5  # half of the rows are the same for every member
        shared = random.random(rows)
        values = (np.where(own, shared, random.random((members, rows))) < level).astype(float)
        means.append(values @ weights.T / weights.sum(axis=1))
    stacked = np.stack(means)
    contrasts = tuple(
        contrast(f"g{first} against g{second}", stacked[second] - stacked[first], rows)
        for second, first in combinations(range(len(stacked)), 2)
    )
    return Sample(stacked.max(axis=0) - stacked.min(axis=0), rows, contrasts)


def test_two_groups_are_the_crossed_interval_of_their_gap() -> None:
    sample = world(np.random.default_rng(0), np.array([0.9, 0.7]), 400)
    found, one = largest_gap(sample), crossed_interval(sample.contrasts[0].values, 400)
    assert not isinstance(found, NotMeasurable)
    assert found.estimate == pytest.approx(one.estimate)
    assert (found.low, found.high) == (pytest.approx(one.low), pytest.approx(one.high))


def test_every_pair_of_groups_is_looked_at() -> None:
    draws = np.zeros((4, 30))
    gaps = {"b against a": 0.1, "c against a": -0.2, "c against b": -0.3}
    contrasts = tuple(contrast(f"tpr: {name}", draws + gap, 50) for name, gap in gaps.items())
    found = largest_gap(Sample(draws + 0.3, 50, contrasts))
    assert not isinstance(found, NotMeasurable)
    assert (found.pair, found.estimate) == ("tpr: c against b", pytest.approx(0.3))


@pytest.mark.parametrize("rates", [[0.85] * 5, [0.9, 0.85, 0.85, 0.8, 0.7]])
def test_the_bounds_hold_the_largest_true_gap(rates: list[float]) -> None:
    random = np.random.default_rng(len(set(rates)))
    truth = max(rates) - min(rates)
    found = [largest_gap(world(random, np.array(rates), 200)) for _ in range(200)]
    held = np.mean([one.low <= truth <= one.high for one in found if not isinstance(one, NotMeasurable)])
    assert held >= 0.90 - 2 * np.sqrt(0.1 * 0.9 / 200)


def test_noise_alone_explains_a_gap_between_groups_that_are_alike() -> None:
    """Five groups of 200 rows at accuracy .9 show a gap of about .049 without any (known from the normal range)."""
    random = np.random.default_rng(3)
    found = [largest_gap(world(random, np.full(5, 0.9), 200, members=2, spread=0.0)) for _ in range(60)]
    noise = np.mean([one.noise_alone for one in found if not isinstance(one, NotMeasurable)])
    assert noise == pytest.approx(0.049, abs=0.004)
    assert np.mean([one.corrected for one in found if not isinstance(one, NotMeasurable)]) < 0.02


@pytest.mark.parametrize(
    ("rates", "gap", "within"),
    [
        ((0.85, 0.85), 0.0, 0.006),
        ((0.85, 0.80), 0.05, 0.004),
        ((0.85, 0.75), 0.10, 0.004),
        ((0.85,) * 5, 0.0, 0.008),
        ((0.89, 0.88, 0.87, 0.86, 0.84), 0.05, 0.008),
        ((0.85, 0.85, 0.85, 0.85, 0.75), 0.10, 0.012),
        ((0.89, 0.87, 0.85, 0.83, 0.79), 0.10, 0.004),
    ],
)
def test_the_corrected_gap_is_the_true_one(rates: tuple[float, ...], gap: float, within: float) -> None:
    """With the noise of no gap taken off every gap, .10 between two groups read .085."""
    random = np.random.default_rng(11)
    found = [largest_gap(world(random, np.array(rates), 800, members=4, spread=0.0)) for _ in range(60)]
    corrected = [one.corrected for one in found if not isinstance(one, NotMeasurable)]
    assert len(corrected) == 60
    assert np.mean(corrected) == pytest.approx(gap, abs=within)


def test_a_sample_without_gaps_has_none() -> None:
    assert isinstance(largest_gap(Sample(np.zeros((2, 4)), 10)), NotMeasurable)
    of_one_group = contrast("accuracy of a", np.full((2, 4), 0.8), 10, "lowest")
    assert isinstance(largest_gap(Sample(np.zeros((2, 4)), 10, (of_one_group,))), NotMeasurable)
