import numpy as np
import pytest
from scipy import stats

from interplay.arrays import Array
from interplay.statistics.crossed_interval import crossed_interval, shared_spread, why_no_interval
from interplay.statistics.variance_shrinkage import Prior


def drawn(random: np.random.Generator, members: int, rows: int, parts: tuple[float, float, float]) -> Array:
    """Values around zero with a member, a row and a residual part."""
    member, row, residual = parts
    noise = (
        member * random.standard_normal((members, 1))
        + row * random.standard_normal(rows)
        + residual * random.standard_normal((members, rows))
    )
    weights = np.vstack([np.ones(rows), random.exponential(size=(80, rows))])
    return noise @ (weights.T / weights.sum(axis=1))


@pytest.mark.parametrize("members", [5, 16])
@pytest.mark.parametrize("parts", [(0.1, 0, 0), (0, 1, 0), (0, 0, 1), (0.1, 1, 1), (0.03, 1, 2), (0, 0.3, 2)])
def test_intervals_cover_the_planted_value(members: int, parts: tuple[float, float, float]) -> None:
    random = np.random.default_rng([members, *(int(100 * part) for part in parts)])
    found = [crossed_interval(drawn(random, members, 100, parts), 100) for _ in range(500)]
    covered = np.mean([one.low <= 0 <= one.high for one in found])
    too_high = np.mean([one.low > 0 for one in found])
    assert covered >= 0.88 - 2 * np.sqrt(0.1 * 0.9 / 500)
    assert too_high <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 500)


def test_the_residual_is_counted_once() -> None:
    random = np.random.default_rng(3)
    found = [crossed_interval(drawn(random, 16, 100, (0.05, 0.5, 1.0)), 100) for _ in range(300)]
    truth = 0.05**2 / 16 + 0.5**2 / 100 + 1.0**2 / 1600
    uncorrected = np.mean([one.from_members + one.from_rows for one in found])
    assert np.mean([one.variance for one in found]) == pytest.approx(truth, rel=0.1)
    assert uncorrected == pytest.approx(truth + 1 / 1600, rel=0.1)
    assert np.mean([one.residual for one in found]) == pytest.approx(1 / 1600, rel=0.1)


def test_members_and_rows_add_up() -> None:
    random = np.random.default_rng(8)
    found = [crossed_interval(drawn(random, 16, 100, (0.4, 1.0, 0.0)), 100) for _ in range(300)]
    truth = 0.4**2 / 16 + 1.0 / 100
    assert np.mean([one.variance for one in found]) == pytest.approx(truth, rel=0.1)
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.87


def test_the_variance_never_falls_below_either_part() -> None:
    random = np.random.default_rng(4)
    for _ in range(100):
        one = crossed_interval(drawn(random, 4, 30, (0.0, 0.0, 1.0)), 30)
        assert one.variance >= max(one.from_members, one.from_rows)


def test_members_alone_give_the_paired_t_test() -> None:
    column = np.array([0.1, 0.3, -0.2, 0.4, 0.05])
    one = crossed_interval(np.repeat(column[:, None], 4, axis=1), 100)
    t_test = stats.ttest_1samp(column, 0.0)
    interval = t_test.confidence_interval(0.90)
    assert (one.low, one.high) == pytest.approx((interval.low, interval.high))
    assert one.p_above(0.0) == pytest.approx(t_test.pvalue / 2)
    assert one.degrees == pytest.approx(4)


def test_degrees_of_freedom_follow_the_larger_part() -> None:
    random = np.random.default_rng(5)
    rows = crossed_interval(drawn(random, 8, 400, (0, 1, 0)), 400)
    members = crossed_interval(drawn(random, 8, 400, (1, 0.01, 0)), 400)
    assert members.degrees == pytest.approx(7, rel=0.05)
    assert 60 < rows.degrees < 80


def test_identical_models_make_a_point() -> None:
    one = crossed_interval(np.zeros((8, 50)), 100)
    assert (one.low, one.estimate, one.high, one.variance) == (0.0, 0.0, 0.0, 0.0)
    assert one.p_above(0.02) == 1.0
    assert one.p_above(-0.02) == 0.0


def test_power_of_the_smallest_detectable_effect() -> None:
    random = np.random.default_rng(6)
    parts = (0.05, 1.0, 1.0)
    usual = np.mean([crossed_interval(drawn(random, 16, 100, parts), 100).detectable for _ in range(100)])
    shown = [(crossed_interval(drawn(random, 16, 100, parts) + usual, 100)).low > 0 for _ in range(400)]
    assert np.mean(shown) == pytest.approx(0.80, abs=0.06)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((0, 10)), "0 members"),
        (np.zeros((4, 2)), "2 row draws"),
        (np.array([[0.0, np.inf, 0.0], [0.0, 0.0, 0.0]]), "not finite"),
    ],
)
def test_too_little_to_say(values: Array, words: str) -> None:
    assert words in why_no_interval(values)
    with pytest.raises(ValueError, match=words):
        crossed_interval(values, 10)


def test_the_expected_excess_is_the_integral_of_the_posterior() -> None:
    one = crossed_interval(np.repeat(np.array([0.1, 0.3, -0.2, 0.4, 0.05])[:, None], 4, axis=1), 100)
    for threshold in (-0.3, 0.0, 0.1, 0.5):
        density = stats.t(one.degrees, one.estimate, one.standard_error)
        expected = density.expect(lambda x, limit=threshold: max(x - limit, 0.0), lb=threshold, ub=60.0)
        assert one.excess(threshold) == pytest.approx(expected, abs=1e-4)
    assert crossed_interval(np.full((4, 10), 0.3), 10).excess(0.1) == pytest.approx(0.2)


def test_the_chance_of_one_more_member_is_calibrated() -> None:
    """Predictive: the next member's value lies above its predicted 80 % quantile in about 20 % of worlds."""
    random = np.random.default_rng(11)
    chances = []
    for _ in range(600):
        values = drawn(random, 7, 100, (0.2, 0.3, 0.5))
        one = crossed_interval(values[:6], 100)
        chances.append(one.chance_one_above(0.2 * random.standard_normal()))
    assert np.mean(np.array(chances) < 0.2) == pytest.approx(0.2, abs=0.05)
    assert np.mean(np.array(chances) > 0.8) == pytest.approx(0.2, abs=0.05)


def test_a_smaller_error_widens_the_bounds() -> None:
    one = crossed_interval(drawn(np.random.default_rng(0), 8, 50, (0.2, 1.0, 0.5)), 50)
    assert one.at(0.01).low < one.low and one.at(0.01).high > one.high
    assert one.at(0.05) == one


def test_the_chance_to_settle_is_what_more_members_give() -> None:
    """Six members now, twenty later, any truth: the chance told now is the share of worlds that are settled then."""
    random = np.random.default_rng(12)
    told, settled = [], []
    for _ in range(400):
        values = drawn(random, 20, 400, (0.3, 0.2, 0.4)) + random.uniform(-0.2, 0.8)
        now, later = crossed_interval(values[:6], 400), crossed_interval(values, 400)
        told.append(now.chance_settled(0.3, 20))
        settled.append(later.low > 0.3 or later.high < 0.3)
    assert np.mean(told) == pytest.approx(np.mean(settled), abs=0.06)
    rows_only = crossed_interval(drawn(random, 5, 100, (0.0, 2.0, 0.0)), 100)
    assert rows_only.chance_settled(rows_only.estimate + 0.01, 20) < 0.02


def test_members_that_agree_on_unweighted_rows_alone_are_judged() -> None:
    """All of the variance is the combination of members and rows: equal members, different draws."""
    values = np.random.default_rng(0).standard_normal((4, 30))
    values[:, 0] = 0.1
    values[:, 1:] -= values[:, 1:].mean(axis=0)
    one = crossed_interval(values + np.r_[0, 1e-9 * np.arange(29)], 50)
    assert 0 < one.chance_one_above(0.05) <= 1


def test_a_given_model_has_the_interval_of_its_rows() -> None:
    """One member: 90 % intervals of a share hold the truth in about 90 % of tables, and no part is the members'."""
    random = np.random.default_rng(11)
    rows, truth, held = 400, 0.3, []
    for _ in range(400):
        yes = random.random(rows) < truth
        weights = np.concatenate([np.ones((1, rows)), random.exponential(size=(100, rows))])
        one = crossed_interval((weights @ yes / weights.sum(axis=1))[None], rows)
        held.append(one.low <= truth <= one.high)
        assert one.from_members == one.residual == one.member_spread == 0.0
        assert one.degrees == pytest.approx(one.row_degrees)
    assert np.mean(held) == pytest.approx(0.90, abs=0.045)


def test_one_member_is_neither_moderated_nor_helped_by_more_members() -> None:
    values = np.random.default_rng(3).normal(size=(1, 60))
    one = crossed_interval(values, 200)
    prior = Prior(4.0, 10.0, 100.0)
    assert one.moderated(prior) == one
    assert one.one_more[0] == 0.0
    assert one.chance_one_above(0.5) == pytest.approx(one.chance_above(0.5), abs=1e-6)
    assert shared_spread([one] * 8) is None
