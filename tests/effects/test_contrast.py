import numpy as np
import pytest
from tests.contrasts import contrast

from interplay.arrays import Array
from interplay.effects.contrast import Difference, paired_differences
from interplay.estimates import NotMeasurable, Sample
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.set_size import SetSize

DISPARITY = AccuracyDisparity("race")


def one(treated: Sample, control: Sample | None, metric: object = DISPARITY, name: str = "b against a") -> Difference:
    found = paired_differences(treated, control, metric)[name]  # type: ignore[arg-type]
    assert isinstance(found, Difference)
    return found


def gap(values: Array, name: str = "b against a") -> Sample:
    return Sample(np.abs(values), 150, (contrast(name, values, 150),))


def steady(value: float) -> Array:
    """Nearly the same value in every member and draw."""
    return value + 1e-4 * np.random.default_rng(0).standard_normal((6, 20))


def test_positive_is_worse_whatever_the_direction() -> None:
    worse = one(Sample(steady(0.7), 10), Sample(steady(0.8), 10), Accuracy(), "")
    assert worse.estimate == pytest.approx(0.1)
    assert (worse.treated, worse.control) == pytest.approx((0.7, 0.8), abs=1e-3)


def test_relative_metrics_report_a_ratio_minus_one() -> None:
    found = one(Sample(steady(1.2), 10), Sample(steady(1.0), 10), SetSize(), "")
    assert found.relative
    assert found.estimate == pytest.approx(0.2, abs=1e-3)
    assert found.p_above(0.19) < 0.01
    assert found.p_above(0.21) > 0.99


def test_a_ratio_needs_two_positive_values() -> None:
    assert isinstance(paired_differences(Sample(steady(1.2), 10), None, SetSize())[""], NotMeasurable)
    empty = Sample(np.zeros((6, 20)), 10)
    assert isinstance(paired_differences(Sample(steady(1.2), 10), empty, SetSize())[""], NotMeasurable)


def test_the_estimate_is_the_change_of_the_absolute_mean_gap() -> None:
    found = one(gap(steady(-0.10)), gap(steady(0.04)))
    assert found.estimate == pytest.approx(0.06, abs=1e-3)
    assert found.settled
    assert (found.treated, found.control) == pytest.approx((-0.10, 0.04), abs=1e-3)


def test_members_that_scatter_around_zero_have_no_gap() -> None:
    scattered = np.repeat(np.array([0.2, -0.2, 0.2, -0.2, 0.2, -0.2])[:, None], 20, axis=1)
    found = one(gap(scattered), gap(steady(0.0)))
    assert np.abs(scattered).mean() == pytest.approx(0.2)
    assert abs(found.estimate) < 0.01


def test_contrasts_are_matched_by_name() -> None:
    treated = Sample(steady(0.1), 10, (contrast("b against a", steady(0.1), 10),))
    control = Sample(steady(0.1), 10, (contrast("c against a", steady(0.1), 10),))
    found = paired_differences(treated, control, DISPARITY)
    assert found == {
        "b against a": NotMeasurable("the baseline has no contrast 'b against a'"),
        "c against a": NotMeasurable("the treated model has no contrast 'c against a'"),
    }


def test_a_gap_against_zero() -> None:
    found = one(gap(steady(-0.10)), None)
    assert found.estimate == pytest.approx(0.10, abs=1e-3)
    assert found.control is None


def test_samples_that_cannot_be_paired() -> None:
    found = paired_differences(Sample(steady(0.1), 10), Sample(steady(0.1)[:, :9], 10), Accuracy())[""]
    assert isinstance(found, NotMeasurable)
    assert "6 members and 20 draws against 6 members and 9 draws" in found.reason
    broken = steady(0.1)
    broken[0, 0] = np.inf
    assert isinstance(paired_differences(Sample(broken, 10), None, Accuracy())[""], NotMeasurable)


def arms(
    random: np.random.Generator, treated: float, control: float, common: float, own: float
) -> tuple[Sample, Sample]:
    """Two treatments whose gaps share the rows' part, which may be larger than the gaps."""
    rows = 100
    shared = common * random.standard_normal(rows)
    weights = np.vstack([np.ones(rows), random.exponential(size=(60, rows))])
    share = weights.T / weights.sum(axis=1)
    both = []
    for level in (treated, control):
        noise = own * (random.standard_normal(rows) + random.standard_normal((6, rows)))
        both.append(gap((level + shared + noise + 0.003 * random.standard_normal((6, 1))) @ share))
    return both[0], both[1]


@pytest.mark.parametrize(("common", "own"), [(0.3, 0.05), (0.02, 0.05)])
@pytest.mark.parametrize(
    ("treated", "control"), [(0.0, 0.0), (0.02, 0.0), (0.0, 0.02), (0.01, -0.01), (0.05, 0.05), (-0.06, 0.02)]
)
def test_intervals_cover_although_signs_are_estimated(
    common: float, own: float, treated: float, control: float
) -> None:
    random = np.random.default_rng([int(100 * abs(one)) for one in (common, own, treated, control)])
    truth = abs(treated) - abs(control)
    found = [one(*arms(random, treated, control, common, own)) for _ in range(250)]
    covered = np.mean([difference.low <= truth <= difference.high for difference in found])
    assert covered >= 0.88 - 2 * np.sqrt(0.1 * 0.9 / 250)
    falsely_harmful = np.mean([difference.low > max(0.02, truth) for difference in found])
    falsely_better = np.mean([difference.high < min(-0.02, truth) for difference in found])
    assert max(falsely_harmful, falsely_better) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 250)


def test_a_chosen_sign_alone_would_not_cover() -> None:
    random = np.random.default_rng(9)
    found = [one(*arms(random, 0.01, -0.01, 0.3, 0.05)) for _ in range(200)]
    alone = [
        min(difference.cases, key=lambda case: abs(case.interval.estimate - difference.estimate)).interval
        for difference in found
    ]
    assert np.mean([interval.low <= 0 <= interval.high for interval in alone]) < 0.7
    assert np.mean([difference.low <= 0 <= difference.high for difference in found]) > 0.84


def test_probability_of_harm_of_an_unsettled_gap_lies_between_its_cases() -> None:
    random = np.random.default_rng(2)
    found = one(*arms(random, 0.01, -0.01, 0.3, 0.05))
    assert not found.settled
    assert sum(case.weight for case in found.cases) == pytest.approx(1)
    each = [1 - case.interval.p_above(0.0) for case in found.cases]
    assert min(each) <= found.probability_above(0.0) <= max(each)
    assert found.p_above(0.0) == pytest.approx(1 - min(each))


def test_a_settled_gap_bounds_the_difference() -> None:
    """A control gap around zero cannot make the treated gap's growth larger than the treated gap itself."""
    random = np.random.default_rng(4)
    rows = np.r_[0.0, random.standard_normal(80)] * 0.03
    treated = 0.12 + rows + 0.01 * random.standard_normal((8, 1))
    control = 0.01 + rows + 0.01 * random.standard_normal((8, 1))
    samples = [Sample(np.abs(one), 100, (contrast("b against a", one, 100),)) for one in (treated, control)]
    found = paired_differences(*samples, DISPARITY)["b against a"]
    alone = paired_differences(samples[0], None, DISPARITY)["b against a"]
    assert isinstance(found, Difference) and isinstance(alone, Difference)
    assert len(found.cases) == 2 and found.at_least is None
    assert found.high == pytest.approx(alone.high)
    assert found.low <= found.estimate <= found.high < max(case.interval.high for case in found.cases)
    assert found.p_below(0.16) == pytest.approx(alone.p_below(0.16))


def test_members_that_both_have_are_paired() -> None:
    random = np.random.default_rng(1)
    many, few = 0.8 + 0.1 * random.standard_normal((8, 30)), 0.7 + 0.1 * random.standard_normal((5, 30))
    found = paired_differences(Sample(many, 50), Sample(few, 50), Accuracy())[""]
    alone = paired_differences(Sample(many[:5], 50), Sample(few, 50), Accuracy())[""]
    assert isinstance(found, Difference) and isinstance(alone, Difference)
    assert found.cases == alone.cases and len(found.values) == 5
