import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import Sample
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.statistics.crossed_interval import Interval, crossed_interval
from interplay.statistics.two_gaps import TwoGaps, two_gaps

MANY = 100_000


def apart(first: float, second: float, error: float = 0.012) -> TwoGaps:
    """Two independent gaps whose errors are those of many rows."""

    def known(estimate: float) -> Interval:
        return Interval(estimate, 0.0, 2 * error**2, 0.0, members=16, member_degrees=15.0, row_degrees=1e6)

    return TwoGaps(known(first - second), known(first + second), 0.0, 0.0)


@pytest.mark.parametrize(("first", "second"), [(0.02, -0.02), (0.03, -0.01), (0.01, 0.01), (0.0, 0.0), (-0.06, 0.01)])
def test_probabilities_of_two_unsettled_gaps_are_those_of_both_drawn(first: float, second: float) -> None:
    """Weighting the cases of equal signs alone gave .46 and .73 for the first two, against .12 and .52 drawn."""
    random = np.random.default_rng(0)
    a, b = (one + 0.012 * random.standard_normal(MANY) for one in (first, second))
    worse, found = np.abs(a) - np.abs(b), apart(first, second)
    assert found.chance_above(0.02) == pytest.approx((worse > 0.02).mean(), abs=0.006)
    assert found.chance_above(0.0) == pytest.approx((worse > 0).mean(), abs=0.006)
    assert found.excess(0.02) == pytest.approx(np.maximum(worse - 0.02, 0).mean(), rel=0.03, abs=5e-5)


def sample(treated: Array, control: Array) -> Difference:
    both = (Sample(np.abs(one), 400, (contrast("b against a", one, 400),)) for one in (treated, control))
    found = paired_differences(*both, AccuracyDisparity("race"))["b against a"]
    assert isinstance(found, Difference)
    return found


def measured(random: np.random.Generator, first: float, second: float, common: float) -> tuple[Array, Array]:
    """Gaps of 8 members and 200 row draws, whose errors go together to this share."""
    rows, members = random.standard_normal((3, 201)), random.standard_normal((3, 8, 1))
    rows[:, 0] = 0.0
    own, shared = np.sqrt(1 - common), np.sqrt(common)
    return (
        first + 0.010 * (own * rows[0] + shared * rows[2]) + 0.020 * (own * members[0] + shared * members[2]),
        second + 0.010 * (own * rows[1] + shared * rows[2]) + 0.020 * (own * members[1] + shared * members[2]),
    )


def drawn(random: np.random.Generator, treated: Array, control: Array, more: bool) -> Array:
    """|a| - |b| of the means (or of one more member) by brute force, members and rows each with a t of their own."""
    plain = np.cov(treated[:, 0], control[:, 0])
    rows = np.cov(treated[:, 1:].mean(axis=0), control[:, 1:].mean(axis=0))
    members = plain / 8 + (plain if more else 0.0)
    scale, other = np.sqrt(7 / random.chisquare(7, MANY)), np.sqrt(132 / random.chisquare(132, MANY))
    errors = [random.multivariate_normal(np.zeros(2), one, MANY, method="svd") for one in (members, rows)]
    a, b = ((scale[:, None] * errors[0] + other[:, None] * errors[1]) + [treated[:, 0].mean(), control[:, 0].mean()]).T
    return np.abs(a) - np.abs(b)


@pytest.mark.parametrize("common", [0.0, 0.8])
@pytest.mark.parametrize(("first", "second"), [(0.0, 0.0), (0.02, -0.02), (0.03, 0.0), (0.15, -0.01)])
def test_means_and_one_more_member_agree_with_brute_force(first: float, second: float, common: float) -> None:
    random = np.random.default_rng([3, int(100 * first), int(10 * common)])
    treated, control = measured(random, first, second, common)
    found = two_gaps(treated, control, 400)
    worse, one_worse = (drawn(random, treated, control, more) for more in (False, True))
    for tolerance in (0.0, 0.02):
        assert found.chance_above(tolerance) == pytest.approx((worse > tolerance).mean(), abs=0.008)
        assert found.chance_one_above(tolerance) == pytest.approx((one_worse > tolerance).mean(), abs=0.02)
    assert sample(treated, control).probability_one_above(0.02) == found.chance_one_above(0.02)


def test_settled_signs_give_the_closed_form() -> None:
    random = np.random.default_rng(5)
    treated, control = measured(random, -0.30, 0.28, 0.5)
    found, together = sample(treated, control), two_gaps(treated, control, 400)
    alone = crossed_interval(-treated - control, 400)
    assert found.settled and found.probability_above(0.02) == alone.chance_above(0.02)
    assert together.chance_above(0.02) == pytest.approx(alone.chance_above(0.02), abs=0.002)
    assert together.chance_one_above(0.02) == pytest.approx(alone.chance_one_above(0.02), abs=0.002)
    assert together.excess(0.02) == pytest.approx(alone.excess(0.02), rel=0.02)


def test_a_gap_against_zero_counts_on_either_side() -> None:
    random = np.random.default_rng(6)
    treated, _ = measured(random, 0.01, 0.0, 0.0)
    alone, found = crossed_interval(treated, 400), two_gaps(treated, np.zeros_like(treated), 400)
    expected = alone.chance_above(0.02) + 1 - alone.chance_above(-0.02)
    assert found.chance_above(0.02) == pytest.approx(expected, abs=0.003)


def test_the_same_model_is_not_worse_than_itself() -> None:
    same = np.full((4, 20), 0.01)
    found = two_gaps(same, same, 50)
    assert (found.chance_above(0.0), found.chance_one_above(0.0), found.excess(0.0)) == (0.0, 0.0, 0.0)
