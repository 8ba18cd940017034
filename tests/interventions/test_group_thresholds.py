"""Group thresholds where margins are tied, against every cut tried out and against known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay.estimates import NotMeasurable
from interplay.interventions import FittingRows, Thresholds
from interplay.interventions.group_thresholds import GroupThresholds


def rows_of(margins, groups, labels=None, weights=None):
    margins = np.asarray(margins, dtype=float)
    labels = np.ones(len(margins), dtype=bool) if labels is None else np.asarray(labels)
    weights = np.ones(len(margins)) if weights is None else np.asarray(weights)
    return FittingRows(margins, labels, np.asarray(groups), weights)


TIED = rows_of([3.0] + [1.0] * 9 + [-1.0] * 30, [0] * 10 + [1] * 30)
"""At threshold zero 10 of 40 rows are favoured, and each group has one block of rows that cannot be told apart."""


def accepted(found: Thresholds, rows: FittingRows, draws=None) -> np.ndarray:
    limits = found.of_rows(rows.groups, np.zeros(len(rows.margins)) if draws is None else draws)
    return rows.margins >= limits


def rate(found, rows, group, draws=None):
    here = rows.groups == group
    return np.average(accepted(found, rows, draws)[here], weights=rows.weights[here])


def test_ties_are_accepted_or_rejected_together_and_the_attained_rate_stands_beside_the_target():
    found = GroupThresholds().thresholds(TIED, 2)
    assert found.rates.target == 0.25
    assert found.rates.attained == (pytest.approx(0.1), 0.0)
    assert [rate(found, TIED, group) for group in (0, 1)] == list(found.rates.attained)


def test_randomised_thresholds_attain_the_target_exactly():
    found = GroupThresholds(randomised=True).thresholds(TIED, 2)
    assert found.rates.attained == (0.25, 0.25)
    # 1 of 10 always, and (2.5 - 1) / 9 of the others; a quarter of the 30.
    np.testing.assert_allclose(found.chance, [1.5 / 9, 0.25])
    draws = (np.arange(9_000) + 0.5) / 9_000
    assert (0.1 + 0.9 * np.mean(draws < found.chance[0])) == pytest.approx(0.25, abs=1e-3)
    many = rows_of(np.tile(TIED.margins, 2_000), np.tile(TIED.groups, 2_000))
    lots = np.random.default_rng(0).random(len(many.margins))
    assert [rate(found, many, group, lots) for group in (0, 1)] == pytest.approx([0.25, 0.25], abs=0.01)


def test_the_same_draw_accepts_more_as_the_margin_grows():
    found = GroupThresholds(randomised=True).thresholds(TIED, 2)
    for draw in np.linspace(0, 0.999, 23):
        decided = accepted(found, TIED, np.full(40, draw))[:10]
        assert decided[0] and len(set(decided[1:])) == 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.booleans(), st.integers(0, 3)), min_size=1),
    st.sampled_from(["demographic_parity", "equal_opportunity"]),
)
def test_no_other_cut_comes_nearer_to_the_target(rows, criterion):
    margins, groups, labels, weights = (np.array(column) for column in zip(*rows, strict=True))
    found = GroupThresholds(criterion=criterion).thresholds(rows_of(margins, groups, labels, weights), 3)
    mixed = GroupThresholds(criterion, randomised=True).thresholds(rows_of(margins, groups, labels, weights), 3)
    used = (weights > 0) & (labels if criterion == "equal_opportunity" else True)
    if not used.any():
        assert found.rates is None and (found.low == 0).all()
        return
    target = weights[used & (margins >= 0)].sum() / weights[used].sum()
    assert found.rates.target == pytest.approx(target)
    for group in range(3):
        here = used & (groups == group)
        if not here.any():
            assert isinstance(found.rates.attained[group], NotMeasurable) and found.low[group] == 0
            continue
        weight = weights[here]
        rates = [weight[margins[here] > cut].sum() / weight.sum() for cut in np.arange(-3.5, 4)]
        own = weight[margins[here] >= found.low[group]].sum() / weight.sum()
        assert own == pytest.approx(found.rates.attained[group])
        assert abs(own - target) == pytest.approx(np.abs(np.array(rates) - target).min())
        low, high = (weight[margins[here] >= cut[group]].sum() / weight.sum() for cut in (mixed.low, mixed.high))
        assert mixed.chance[group] * low + (1 - mixed.chance[group]) * high == pytest.approx(target)


def test_a_cut_lies_between_two_margins_and_of_two_as_near_the_higher_is_taken():
    rows = rows_of([2.0, 1.0, -1.0, 4.0, -4.0], [0, 0, 0, 1, 1])
    # The target is 3 of 5: in group 1 a half is nearest, in group 0 two of three.
    np.testing.assert_allclose(GroupThresholds().thresholds(rows, 2).low, [0.0, 0.0])
    halves = rows_of([1.0, -1.0, 7.0], [0, 0, 1])
    weights = FittingRows(halves.margins, halves.labels, halves.groups, np.array([1.0, 2.0, 1.0]))
    found = GroupThresholds().thresholds(weights, 2)  # target 1/2; group 1 attains 0 or 1
    assert found.low[1] == np.inf and found.rates.attained[1] == 0.0


def test_margins_next_to_each_other_are_still_told_apart():
    margins = np.array([1.0, np.nextafter(1.0, 2.0), -1.0, -1.0])
    found = GroupThresholds().thresholds(rows_of(margins, [0, 0, 1, 1]), 2)
    assert rate(found, rows_of(margins, [0, 0, 1, 1]), 0) == found.rates.attained[0] == 0.5
