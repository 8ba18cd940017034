"""Bounds of lopsided means: they hold the truth on the side where Student's t does not, and agree with their p values."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from interplay.arrays import Array
from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import Sample
from interplay.metrics.accuracy import Accuracy
from interplay.statistics.crossed_interval import Interval, crossed_interval, shared_spread
from interplay.statistics.skewness import quantile_at, reach


def over_rows(rows: Array, random: np.random.Generator, draws: int = 200) -> Array:
    """Two equal members on these rows."""
    weights = np.vstack([np.ones(len(rows)), random.exponential(size=(draws, len(rows)))])
    return np.repeat(((weights @ rows) / weights.sum(axis=1))[None], 2, axis=0)


def over_members(members: Array) -> Array:
    """Members whose values no row changes."""
    return np.repeat(members[:, None], 4, axis=1)


def test_a_reach_is_undone() -> None:
    for skewness in (-0.7, 0.0, 0.1, 2.0):
        for quantile in (0.0, 0.5, 1.645, 4.0):
            assert quantile_at(reach(quantile, skewness), skewness) == pytest.approx(quantile)
    assert quantile_at(-1.0, 0.6) == pytest.approx(-1.1)


def test_the_skewness_of_a_mean_is_read_from_its_draws() -> None:
    random = np.random.default_rng(0)
    rows = random.exponential(size=400)
    found = [crossed_interval(over_rows(rows, random, 1_000), 400).skewness for _ in range(20)]
    assert np.mean(found) == pytest.approx(stats.skew(rows) / 20, rel=0.2)


def test_a_mean_of_lopsided_rows_is_covered_on_the_side_of_its_long_tail() -> None:
    random = np.random.default_rng(1)
    found = [crossed_interval(over_rows(random.exponential(size=40), random), 40) for _ in range(1_500)]
    upper = np.mean([one.high >= 1 for one in found])
    by_t = np.mean([replace(one, third_from_rows=0.0).high >= 1 for one in found])
    assert by_t < 0.91
    assert 0.93 <= upper <= 0.97
    assert np.mean([one.low <= 1 for one in found]) >= 0.95


def test_skewness_of_members_is_borrowed_from_other_cells() -> None:
    """Thirty cells of five members whose values are exponential: one cell cannot tell, together they do."""
    random = np.random.default_rng(2)
    before, after, told = [], [], []
    for _ in range(60):
        raw = [crossed_interval(over_members(random.exponential(size=5)), 100) for _ in range(30)]
        prior = shared_spread(raw)
        assert prior is not None
        told.append(prior.skewness)
        before += [one.moderated(prior.even).high >= 1 for one in raw]
        after += [one.moderated(prior).high >= 1 for one in raw]
        assert all(one.member_skewness == 0 for one in raw)
    assert 1.0 < np.mean(told) < 3.0
    assert np.mean(before) < 0.90
    assert np.mean(after) > np.mean(before) + 0.03


def test_symmetric_members_lend_no_skewness() -> None:
    random = np.random.default_rng(3)
    raw = [crossed_interval(over_members(random.standard_normal(5)), 100) for _ in range(2_000)]
    prior = shared_spread(raw)
    assert prior is not None and abs(prior.skewness) < 0.15


def test_a_bound_is_moved_outward_or_stays() -> None:
    symmetric = Interval(0.5, 0.01, 0.02, 0.0, 5, 4.0, 80.0)
    right = replace(symmetric, third_from_rows=1e-3)
    left = replace(symmetric, third_from_rows=-1e-3)
    assert right.low == symmetric.low and right.high > symmetric.high
    assert left.low < symmetric.low and left.high == symmetric.high
    assert right.skewness == pytest.approx(-left.skewness) and right.skewness > 0
    assert right.chance_above(0.6) == symmetric.chance_above(0.6)


def test_p_values_and_bounds_say_the_same() -> None:
    random = np.random.default_rng(4)
    for _ in range(300):
        one = Interval(
            estimate=random.normal(),
            from_members=random.exponential(),
            from_rows=random.exponential(),
            residual=0.0,
            members=5,
            member_degrees=random.uniform(2, 30),
            row_degrees=100.0,
            third_from_rows=random.normal(),
            member_skewness=random.normal(),
            error=random.choice([0.05, 0.01]),
        )
        assert one.p_above(one.low) == pytest.approx(one.error, rel=1e-3)
        assert one.p_below(one.high) == pytest.approx(one.error, rel=1e-3)
        assert one.p_above(one.low - 0.1) < one.error < one.p_above(one.low + 0.1)
        assert one.p_above(one.estimate) >= 0.5 - 1e-6


def test_a_difference_whose_sign_is_open_takes_no_skewness_from_others() -> None:
    random = np.random.default_rng(5)
    raw = [crossed_interval(over_members(random.exponential(size=5)), 100) for _ in range(30)]
    prior = shared_spread(raw)
    (found,) = paired_differences(
        Sample(over_members(random.random(5)), 100), Sample(over_members(random.random(5)), 100), Accuracy()
    ).values()
    assert prior is not None and isinstance(found, Difference)
    settled = found.moderated(prior, 0.05)
    opened = replace(found, cases=2 * found.cases).moderated(prior, 0.05)
    assert settled.cases[0].interval.member_skewness == prior.skewness
    assert all(case.interval.member_skewness == 0 for case in opened.cases)
