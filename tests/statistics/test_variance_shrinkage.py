from math import inf

import numpy as np
import pytest
from scipy import stats

from interplay.statistics.crossed_interval import crossed_interval
from interplay.statistics.variance_shrinkage import Prior, fit


@pytest.mark.parametrize("degrees", [4, 15])
@pytest.mark.parametrize("prior", [4.0, 20.0])
def test_the_fit_finds_the_prior_that_variances_were_drawn_from(degrees: int, prior: float) -> None:
    random = np.random.default_rng([degrees, int(prior)])
    truths = 2.0 * prior / random.chisquare(prior, 20_000)
    variances = truths * random.chisquare(degrees, 20_000) / degrees
    found = fit(list(variances), [float(degrees)] * len(variances))
    assert found is not None
    assert found.variance == pytest.approx(2.0, rel=0.05)
    assert found.degrees == pytest.approx(prior, rel=0.15)


def test_equal_variances_are_pooled() -> None:
    random = np.random.default_rng(1)
    variances = 3.0 * random.chisquare(4, 10) / 4
    found = fit(list(np.sort(variances)[2:8]), [4.0] * 6)
    assert found is not None and found.degrees == inf
    assert found.moderated(100.0, 4.0) == (found.variance, 24.0)


def test_zero_variances_are_no_estimates() -> None:
    assert fit([0.0] * 10, [4.0] * 10) is None
    with_zeros, without = fit([1.0, 2.0, 3.0, 4.0, 0.0], [4.0] * 5), fit([1.0, 2.0, 3.0, 4.0], [4.0] * 4)
    assert with_zeros == without


def test_moderated_t_has_its_level_and_more_power() -> None:
    """Variances that differ by a prior of 8 degrees, 5 members: the moderated test keeps its level and finds more."""
    random = np.random.default_rng(5)
    cells, members = 2_000, 5
    spreads = np.sqrt(8.0 / random.chisquare(8, cells))
    for shift, least, most in [(0.0, 0.035, 0.062), (1.5, 0.86, 1.0)]:
        values = shift + spreads[:, None] * random.standard_normal((cells, members))
        raw = [crossed_interval(np.repeat(one[:, None], 4, axis=1), 1_000) for one in values]
        prior = fit([members * one.from_members for one in raw], [members - 1.0] * cells)
        found = np.mean([one.moderated(prior).p_above(0.0) < 0.05 for one in raw])
        plain = np.mean([one.p_above(0.0) < 0.05 for one in raw])
        assert least <= found <= most
        if shift:
            assert found > plain + 0.02
            assert plain == pytest.approx(
                np.mean(stats.ttest_1samp(values, 0, axis=1, alternative="greater")[1] < 0.05)
            )


def test_a_point_stays_a_point() -> None:
    point = crossed_interval(np.zeros((5, 10)), 100)
    assert point.moderated(Prior(1.0, 4.0, 100.0)) is point


def test_moderation_moves_only_the_member_part() -> None:
    values = np.random.default_rng(2).standard_normal((5, 40))
    one = crossed_interval(values, 500)
    moved = one.moderated(Prior(4.0, 12.0, 1_000.0))
    assert moved.from_rows == one.from_rows and moved.residual == one.residual
    assert moved.from_members == pytest.approx((12 * 4.0 + 4 * 5 * one.from_members) / 16 / 5)
    assert moved.member_degrees == 16
