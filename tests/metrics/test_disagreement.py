from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Predictions, Rows, tabulated
from interplay.metrics.disagreement import Disagreement
from interplay.statistics.crossed_interval import crossed_interval


def of_pairs(decisions, counted, weights):
    """The disagreement from every pair of members and every row, one by one."""
    differing, shared = 0.0, 0.0
    for one, other in combinations(range(len(decisions)), 2):
        both = counted[one] & counted[other]
        differing += weights @ (both & (decisions[one] != decisions[other]))
        shared += weights @ both
    return differing / shared


def test_it_is_the_chance_that_two_members_decide_a_row_differently(world):
    decisions, counted = world.exhibits[Predictions].decisions, world.rows.counted
    found = Disagreement().measure(world.evidence()).values
    for draw, weights in enumerate(world.rows.weights):
        assert found[:, draw].mean() == pytest.approx(of_pairs(decisions, counted, weights), abs=1e-12)


def test_members_have_the_pseudo_values_of_leaving_each_one_out(world):
    decisions, counted = world.exhibits[Predictions].decisions, world.rows.counted
    found = Disagreement().measure(world.evidence()).values
    for draw, weights in enumerate(world.rows.weights):
        left = [np.delete(np.arange(len(counted)), member) for member in range(len(counted))]
        without = np.array([of_pairs(decisions[some], counted[some], weights) for some in left])
        expected = of_pairs(decisions, counted, weights) + (len(counted) - 1) * (without.mean() - without)
        np.testing.assert_allclose(found[:, draw], expected, atol=1e-12)


def simulated(random, members=16, rows=300, draws=60):
    """Members that follow one of two rules, each with a few decisions of its own."""
    first, second = random.random(rows) < 0.5, random.random(rows)
    rules = np.stack([first, np.where(second < 0.3, ~first, first)]).astype(int)
    follows = (random.random(members) < 0.2).astype(int)
    own = random.random((members, rows)) < 0.04
    decisions = np.where(own, 1 - rules[follows], rules[follows])
    weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(draws, rows))])
    known = Rows(np.zeros(rows, dtype=int), {}, np.ones((members, rows), dtype=bool), weights)
    said = Predictions(np.zeros((members, rows, 2)), decisions)
    found = Disagreement().measure(Evidence(known, {Predictions: lambda: said}))
    assert isinstance(found, Sample)
    return crossed_interval(found.values, found.support)


TRUTH = 2 * 0.2 * 0.8 * (0.3 * (0.96**2 + 0.04**2) + 0.7 * 2 * 0.04 * 0.96) + (0.2**2 + 0.8**2) * 2 * 0.04 * 0.96
"""Two members follow different rules with probability .32, and a row tells the rules apart with .3."""


def test_the_error_is_that_of_repeated_audits():
    """Values that share members are no independent ones: as such their error was half of what it is."""
    random = np.random.default_rng(0)
    found = [simulated(random) for _ in range(300)]
    estimates = np.array([one.estimate for one in found])
    assert estimates.mean() == pytest.approx(TRUTH, abs=3 * estimates.std() / np.sqrt(300))
    reported = np.sqrt(np.mean([one.variance for one in found]))
    assert reported == pytest.approx(estimates.std(ddof=1), rel=0.15)
    covered = np.mean([one.low <= TRUTH <= one.high for one in found])
    assert covered == pytest.approx(0.90, abs=stats.norm.isf(0.005) * np.sqrt(0.09 / 300))


def test_members_that_agree_have_none(world):
    world.exhibits[Predictions].decisions[:] = world.exhibits[Predictions].decisions[0]
    assert Disagreement().measure(world.evidence()).mean == 0.0


@pytest.mark.parametrize(("members", "why"), [(1, "no other"), (2, "one pair")])
def test_fewer_than_three_members_have_no_error_of_their_disagreement(world, members, why):
    alone = tabulated(labels=[0, 1])
    if members == 2:
        rows = Rows(np.array([0, 1]), {}, np.ones((2, 2), dtype=bool), np.ones((1, 2)))
        alone = Evidence(rows, {Predictions: lambda: Predictions(np.zeros((2, 2, 2)), np.array([[0, 1], [1, 1]]))})
    found = Disagreement().measure(alone)
    assert isinstance(found, NotMeasurable) and why in found.reason and "at least 3" in found.reason


def test_members_without_a_shared_row_have_none_either(world):
    world.rows.counted[:] = np.arange(900) % 4 == np.arange(4)[:, None]
    assert isinstance(Disagreement().measure(world.evidence()), NotMeasurable)
