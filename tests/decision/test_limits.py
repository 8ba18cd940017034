from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.contrasts import contrast

from interplay.decision.decision import LimitFinding
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.decision.prediction import predict
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.study.model import LimitSection


def found(kit: Any, limit: LimitSection, cells: Any, candidate: str = "control", **more: Any) -> list[LimitFinding]:
    return list(limit_findings(kit.named(candidate), [limit], Measured(kit.measurements(cells, **more))))


def test_the_prediction_is_about_one_member() -> None:
    random = np.random.default_rng(0)
    kept = 0
    for _ in range(600):
        members = 0.8 + 0.02 * random.standard_normal(9)
        sample = Sample(np.repeat(members[:8, None], 4, axis=1), 100)
        kept += members[8] >= predict(sample).reachable("at_least", 0.95)
    assert kept / 600 == pytest.approx(0.95, abs=0.025)


def test_known_answer() -> None:
    column = np.array([0.79, 0.80, 0.81, 0.82, 0.78])
    expected = predict(Sample(np.repeat(column[:, None], 4, axis=1), 100))
    spread = column.std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert expected.spread == pytest.approx(spread)
    assert expected.chance("at_least", 0.77) == pytest.approx(stats.t.cdf(0.03 / spread, 4))
    assert expected.chance("at_most", 0.77) == pytest.approx(1 - expected.chance("at_least", 0.77))
    assert expected.chance("at_least", expected.reachable("at_least", 0.95)) == pytest.approx(0.95)


def test_row_noise_of_a_member_is_not_the_spread_of_deployed_models() -> None:
    random = np.random.default_rng(1)
    weights = np.vstack([np.ones(100), random.exponential(size=(200, 100))])
    rows = random.standard_normal((16, 100))
    expected = predict(Sample(rows @ weights.T / weights.sum(axis=1), 100))
    assert expected.between_members < 0.7 * rows.mean(axis=1).std(ddof=1)


@pytest.mark.parametrize(("limit", "status"), [(0.75, "admissible"), (0.85, "inadmissible"), (0.80, "undecided")])
def test_three_answers(kit: Any, limit: float, status: str) -> None:
    (one,) = found(
        kit, LimitSection(metric="balanced_accuracy", at_least=limit), {("control", "balanced_accuracy"): 0.8}
    )
    assert one.status == status
    assert one.probability is not None
    assert f"balanced_accuracy at least {limit:g} holds for one deployed model with probability" in one.reason


def test_what_would_settle_an_undecided_limit(kit: Any) -> None:
    limit = LimitSection(metric="balanced_accuracy", at_least=0.79)
    (rows,) = found(kit, limit, {("control", "balanced_accuracy"): kit.shaped(0.8, 0.0001, 0.01)})
    assert (rows.status, rows.needed.thing, rows.needed.have) == ("undecided", "rows", 400)
    assert rows.needed.count == pytest.approx(400 * 1.65**2, rel=0.05)
    assert "400 rows, about 1,200 would settle it" in rows.reason
    (members,) = found(kit, limit, {("control", "balanced_accuracy"): kit.shaped(0.8, 0.005, 0.0001)})
    assert (members.status, members.needed.count) == ("undecided", None)
    assert "more rows or members would not settle it" in members.reason


def test_a_metric_name_covers_its_groupings_and_both_bounds(kit: Any) -> None:
    both = LimitSection(metric="accuracy_disparity", at_least=0.0, at_most=0.05)
    findings = found(kit, both, {("control", "accuracy_disparity/race"): 0.02})
    assert [(one.metric, one.bound, one.status) for one in findings] == [
        ("accuracy_disparity/race", "at_least", "admissible"),
        ("accuracy_disparity/race", "at_most", "admissible"),
    ]


def test_no_number_is_undecided(kit: Any) -> None:
    limit = LimitSection(metric="balanced_accuracy", at_least=0.5)
    (one,) = found(kit, limit, {("control", "balanced_accuracy"): NotMeasurable("no test rows")})
    assert (one.status, one.probability) == ("undecided", None)
    assert one.reason == "balanced_accuracy at least 0.5 cannot be judged: no test rows"
    (unknown,) = found(kit, LimitSection(metric="elegance", at_least=0.5), {})
    assert "elegance was not measured on control" in unknown.reason


def test_an_absent_budget_is_unbounded(kit: Any) -> None:
    limit = LimitSection(metric="privacy_budget", at_most=3.0)
    absent = {("control", "privacy_budget"): NotMeasurable("no guarantee")}
    (one,) = found(kit, limit, absent)
    assert one.status == "inadmissible"
    assert "without a privacy mechanism the budget is unbounded" in one.reason
    (layered,) = found(kit, limit, {}, "dp_sgd + group_thresholds", budgets=["dp_sgd"])
    assert layered.status == "undecided"


def test_clipping_without_noise_is_unbounded(kit: Any) -> None:
    """It spends no budget that could be stated, so no limit from above holds, however wide."""
    limit = LimitSection(metric="privacy_budget", at_most=1e9)
    absent = {("dp_sgd", "privacy_budget"): NotMeasurable("no differential privacy guarantee")}
    (one,) = found(kit, limit, absent, "dp_sgd", budgets=[])
    assert (one.status, one.probability) == ("inadmissible", None)


def test_a_spent_budget_is_a_number_without_error(kit: Any) -> None:
    spent = {("dp_sgd", "privacy_budget"): Sample(np.full((8, 20), 3.0), 100)}
    statuses = [
        found(kit, LimitSection(metric="privacy_budget", at_most=limit), spent, "dp_sgd")[0].status
        for limit in (3.0, 2.9)
    ]
    assert statuses == ["admissible", "inadmissible"]


@pytest.mark.parametrize("value", [2.9, 7.3, 0.1 + 0.2])
def test_rounding_does_not_break_a_limit_that_is_met_exactly(value: float) -> None:
    expected = predict(Sample(np.full((7, 23), value), 100))
    assert (expected.chance("at_most", value), expected.chance("at_least", value)) == (1.0, 1.0)
    assert expected.reachable("at_most") == value


def test_limits_are_read_where_the_metric_was_measured(kit: Any) -> None:
    layered = Treatment(("split_conformal",))
    measurements = kit.measurements({("split_conformal", "set_size"): 1.2})
    measured = Measured(measurements, {(Treatment(), "set_size"): layered})
    (one,) = limit_findings(Treatment(), [LimitSection(metric="set_size", at_most=1.5)], measured)
    assert one.status == "admissible"


def gaps(*columns: Any) -> Sample:
    """A disparity whose groups have these gaps to the reference group, each (member, draw)."""
    stacked = np.pad(np.stack(columns), ((1, 0), (0, 0), (0, 0)))
    contrasts = tuple(
        contrast(f"{first} against {second}", stacked[first] - stacked[second], 60)
        for second, first in combinations(range(len(stacked)), 2)
    )
    return Sample(stacked.max(axis=0) - stacked.min(axis=0), 60, contrasts)


def test_two_groups_are_exact() -> None:
    column = np.array([0.01, -0.02, 0.03, 0.0, 0.01])
    expected = predict(gaps(np.repeat(column[:, None], 4, axis=1)))
    law = stats.t(4, column.mean(), column.std(ddof=1) * np.sqrt(1 + 1 / 5))
    assert expected.chance("at_most", 0.03) == pytest.approx(law.cdf(0.03) - law.cdf(-0.03))
    assert expected.chance("at_least", 0.03) == pytest.approx(1 - law.cdf(0.03) + law.cdf(-0.03))
    assert expected.chance("at_most", expected.reachable("at_most", 0.95)) == pytest.approx(0.95)


def test_three_groups_agree_with_the_joint_distribution() -> None:
    random = np.random.default_rng(3)
    members = 0.02 * random.standard_normal((2, 8))
    expected = predict(gaps(*(np.repeat(one[:, None], 4, axis=1) for one in members)))
    covariance = np.cov(members) * (1 + 1 / 8)
    drawn = stats.multivariate_t(members.mean(axis=1), covariance, df=7, seed=1).rvs(200_000)
    widest = np.ptp(np.pad(drawn, ((0, 0), (1, 0))), axis=1)
    assert expected.chance("at_most", 0.05) == pytest.approx((widest <= 0.05).mean(), abs=0.02)
    assert expected.reachable("at_most", 0.95) == pytest.approx(np.quantile(widest, 0.95), rel=0.06)


@pytest.mark.parametrize("groups", [2, 4])
def test_a_small_group_does_not_make_a_gap(groups: int) -> None:
    """No gap in truth, and rates that are noisy: the probability of keeping a limit is that of keeping it."""
    random = np.random.default_rng(groups)
    kept, wide = [], []
    for _ in range(150):
        rows, weights = np.array([400, 40, 120, 200][:groups]), []
        columns = []
        for size in rows:
            hits = random.random(size) < 0.8
            noise = 0.02 * random.standard_normal(8)[:, None]
            weights = np.vstack([np.ones(size), random.exponential(size=(100, size))])
            columns.append(noise + (weights @ hits) / weights.sum(axis=1))
        sample = gaps(*(columns[0] - one for one in columns[1:]))
        truth = np.ptp(np.r_[0.02 * random.standard_normal(groups)])
        limit = predict(sample).reachable("at_most", 0.95)
        kept.append(truth <= limit)
        wide.append(limit)
    assert np.mean(kept) >= 0.93
    assert np.mean(wide) < 0.30


def test_rates_are_not_mixed() -> None:
    """Gaps of +0.04 in one rate and -0.04 in another are gaps of 0.04 and not of 0.08."""
    flat = np.full((4, 5), 0.04)
    contrasts = (contrast("tpr: b against a", flat, 50), contrast("fpr: b against a", -flat, 50))
    expected = predict(Sample(flat, 50, contrasts))
    assert (expected.mean, expected.chance("at_most", 0.05), expected.chance("at_most", 0.03)) == (0.04, 1.0, 0.0)


def test_several_limits_are_one_claim(kit: Any) -> None:
    """A limit that holds with 0.96 admits alone, not beside another which is not certain either."""
    sample = kit.shaped(0.8, 0.002, 0.002)
    limit = predict(sample).reachable("at_least", 0.96)
    alone, pair = LimitSection(metric="balanced_accuracy", at_least=limit), LimitSection(metric="set_size", at_most=1.2)
    cells: Any = {("control", "balanced_accuracy"): sample, ("control", "set_size"): Sample(np.full((8, 20), 1.1), 100)}
    measured = Measured(kit.measurements(cells))
    assert [one.status for one in limit_findings(Treatment(), [alone], measured)] == ["admissible"]
    assert [one.status for one in limit_findings(Treatment(), [alone, pair], measured)] == ["admissible"] * 2
    loose = predict(sample).reachable("at_least", 0.955)
    uncertain = LimitSection(metric="balanced_accuracy", at_least=loose, at_most=0.84)
    twice = limit_findings(Treatment(), [uncertain, alone], measured)
    assert [one.status for one in twice] == ["undecided", "admissible", "undecided"]
    assert twice[0].adjusted == pytest.approx(1 - 2 * 0.04, abs=1e-6)
    assert "(0.92 corrected for 3 limits)" in twice[0].reason


def test_the_reachable_limit_admits_under_the_correction(kit: Any) -> None:
    sample = kit.shaped(0.8, 0.002, 0.002)
    other = LimitSection(metric="set_size", at_most=predict(kit.shaped(1.1)).reachable("at_most", 0.955))
    cells: Any = {("control", "balanced_accuracy"): sample, ("control", "set_size"): kit.shaped(1.1)}
    measured = Measured(kit.measurements(cells))
    first = limit_findings(Treatment(), [LimitSection(metric="balanced_accuracy", at_least=0.9), other], measured)
    assert first[1].status == "undecided"
    relaxed = LimitSection(metric="balanced_accuracy", at_least=first[0].reachable)
    assert [one.status for one in limit_findings(Treatment(), [relaxed, other], measured)] == ["admissible"] * 2


@pytest.mark.parametrize("limit", [0.05, 0.10])
def test_the_probability_of_keeping_a_limit_is_calibrated(limit: float) -> None:
    """Over truths, members and rows: of gaps that keep a limit with probability p, a share p do (three groups)."""
    random = np.random.default_rng(int(1000 * limit))
    told, kept = [], []
    for _ in range(900):
        truth, spread = random.uniform(-0.15, 0.15, 2), 0.02
        members = truth[:, None] + spread * random.standard_normal((2, 8))
        rows = 0.01 * random.standard_normal((2, 61))
        columns = members[:, :, None] + (rows - rows[:, :1])[:, None, :] + 0.01 * random.standard_normal((2, 1, 1))
        told.append(predict(gaps(*columns)).chance("at_most", limit))
        kept.append(np.ptp(np.r_[0.0, truth + spread * random.standard_normal(2)]) <= limit)
    certain = np.array(told)
    assert certain.mean() == pytest.approx(np.mean(kept), abs=0.03)
    for low, high in ((0.0, 0.05), (0.05, 0.8)):
        inside = (certain >= low) & (certain < high)
        assert inside.sum() >= 60
        assert certain[inside].mean() == pytest.approx(np.array(kept)[inside].mean(), abs=0.07)


def test_a_level_model_is_not_ruled_out_by_a_small_group() -> None:
    """No gap in truth, 40 rows in the smallest of four groups: the largest gap breaks a limit of 0.10 in a third of audits."""
    random = np.random.default_rng(8)
    ruled_out, seen = 0, 0
    for _ in range(200):
        columns = []
        for size in (400, 40, 60, 200):
            hits = random.random(size) < 0.8
            weights = np.vstack([np.ones(size), random.exponential(size=(60, size))])
            columns.append(0.005 * random.standard_normal((8, 1)) + (weights @ hits) / weights.sum(axis=1))
        sample = gaps(*(columns[0] - one for one in columns[1:]))
        ruled_out += predict(sample).chance("at_most", 0.10) <= 0.05
        seen += bool(sample.values[:, 0].mean() > 0.10)
    assert seen / 200 > 0.3
    assert ruled_out / 200 <= 0.05


@pytest.mark.parametrize(("worse", "least", "most"), [(0.0, 0.0, 0.05), (0.35, 0.6, 1.0)])
def test_a_limit_below_the_noise_of_small_groups_is_not_shown_to_be_broken(
    worse: float, least: float, most: float
) -> None:
    """Five groups of 40 rows and a limit of 0.05, which nobody keeps with a probability above 0.05: without a gap and
    with one of 0.35."""
    random = np.random.default_rng(9)
    unlikely, broken = 0, 0
    for _ in range(150):
        columns = []
        for rate in (0.85, 0.85, 0.85, 0.85, 0.85 - worse):
            hits = random.random(40) < rate
            weights = np.vstack([np.ones(40), random.exponential(size=(60, 40))])
            columns.append(0.01 * random.standard_normal((8, 1)) + (weights @ hits) / weights.sum(axis=1))
        expected = predict(gaps(*(columns[0] - one for one in columns[1:])))
        unlikely += expected.chance("at_most", 0.05) <= 0.05
        broken += expected.refutes("at_most", 0.05)
    assert unlikely / 150 > 0.9
    assert least <= broken / 150 <= most


def test_what_keeps_a_limit_shows_as_much_as_it_is_likely_to(kit: Any) -> None:
    """One gap: the two tails beyond the gap that was found, around the limit, by t."""
    expected = predict(gaps(0.15 + 0.05 * np.linspace(-1, 1, 8)[:, None] * np.ones((1, 61))))
    ends = (np.array([0.15 - 0.05, 0.15 + 0.05])) / expected.spread
    assert expected.as_much(0.05) == pytest.approx(stats.t.sf(ends, expected.degrees).sum(), abs=0.015)
    assert expected.as_much(0.2) == 1.0
    assert expected.refutes("at_most", 0.01) == (expected.as_much(0.01) <= 0.05)


def test_admitted_models_that_break_one_of_three_limits(kit: Any) -> None:
    """The hardest truths for Holm's method: limits broken by 1.7, 2.5 and 5 % of models, and by 4 % each."""
    random = np.random.default_rng(4)
    names = ("balanced_accuracy", "set_size", "membership_exposure")
    for shares in ((1 / 60, 1 / 40, 1 / 20), (0.04, 0.04, 0.04)):
        limits = [
            LimitSection(metric=name, at_least=float(stats.norm.ppf(share)))
            for name, share in zip(names, shares, strict=True)
        ]
        wrong = admitted = 0
        for _ in range(400):
            values = random.standard_normal((3, 17))
            cells = {
                ("control", name): Sample(np.repeat(one[:16, None], 4, axis=1), 100)
                for name, one in zip(names, values, strict=True)
            }
            findings = limit_findings(Treatment(), limits, Measured(kit.measurements(cells)))
            good = all(one.status == "admissible" for one in findings)
            admitted += good
            wrong += good and any(one[16] < limit.at_least for one, limit in zip(values, limits, strict=True))
        assert admitted > 0
        assert wrong / 400 <= 0.05


@pytest.mark.parametrize("bound", ["at_most", "at_least"])
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_moved_means_are_predictions_of_their_own(bound: Any, groups: int) -> None:
    random = np.random.default_rng(groups)
    shape = random.standard_normal((max(groups - 1, 1), 8, 1)) + 0.5 * random.standard_normal(
        (max(groups - 1, 1), 8, 31)
    )
    sample = Sample(0.05 + 0.02 * shape[0], 60) if groups == 1 else gaps(*(0.006 * shape))
    expected = predict(sample)
    moves = 0.03 * random.standard_normal((60, len(expected.means)))
    found = expected.chances(bound, 0.05, moves)
    wanted = np.array([replace(expected, means=expected.means + one).chance(bound, 0.05) for one in moves])
    near = (wanted > 0.93) | (found > 0.95)
    assert found[near] == pytest.approx(wanted[near], abs=1e-12 if groups < 3 else 0.03)
    assert (found[~near] < 0.95).all()
    assert near.any() and (~near).any()


def lowest(*groups: Any) -> Sample:
    """The lowest of the accuracies of groups, each (member, draw)."""
    worst = min(groups, key=lambda one: float(one[:, 0].mean()))
    contrasts = (contrast(f"accuracy of {place}", one, 60, "lowest") for place, one in enumerate(groups))
    return Sample(worst, 60, tuple(contrasts))


def test_the_lowest_of_several_groups_is_predicted_from_all_of_them() -> None:
    """Two groups that are alike: the lower one of a deployed model lies below either."""
    random = np.random.default_rng(4)
    members = np.array([[0.80], [0.80]]) + 0.02 * random.standard_normal((2, 8))
    expected = predict(lowest(*(np.repeat(one[:, None], 4, axis=1) for one in members)))
    assert expected.mean == pytest.approx(members.mean(axis=1).min())
    drawn = stats.multivariate_t(members.mean(axis=1), np.cov(members) * (1 + 1 / 8), df=7, seed=1).rvs(200_000)
    for limit in (0.75, 0.78, 0.80):
        assert expected.chance("at_least", limit) == pytest.approx((drawn.min(axis=1) >= limit).mean(), abs=0.02)
    assert expected.reachable("at_least") == pytest.approx(np.quantile(drawn.min(axis=1), 0.05), abs=0.005)
    assert expected.reachable("at_least") < expected.means.min()


def test_moves_of_all_groups_move_the_lowest() -> None:
    random = np.random.default_rng(5)
    columns = [
        level + 0.02 * random.standard_normal((8, 1)) + 0.01 * random.standard_normal((8, 60)) for level in (0.8, 0.78)
    ]
    expected = predict(lowest(*columns))
    assert expected.kind == "lowest" and expected.widest == 1
    still = expected.chances("at_least", 0.73, np.zeros((3, 2)))
    assert still == pytest.approx(np.full(3, expected.chance("at_least", 0.73)), abs=0.02)
    assert expected.chances("at_least", 0.73, np.full((1, 2), 0.1))[0] == pytest.approx(1.0)
    assert expected.chances("at_least", 0.73, np.full((1, 2), -0.1))[0] < 0.05


def test_a_low_value_of_many_noisy_groups_is_not_shown_to_break_a_limit() -> None:
    """Five groups of .75 in truth, one of which happens to read .60: a limit of .70 may well be kept."""
    random = np.random.default_rng(6)
    row_noise = 0.06 * random.standard_normal((6, 1, 200))
    row_noise[:, :, 0] = 0.0
    members = 0.001 * random.standard_normal((6, 8, 1))
    level = np.array([0.72, 0.71, 0.70, 0.73, 0.72, 0.60])[:, None, None]
    expected = predict(lowest(*(level + row_noise + members)))
    assert expected.chance("at_least", 0.70) <= 0.05 and expected.as_much(0.70) > 0.05
    assert not expected.refutes("at_least", 0.70) and expected.refutes("at_least", 0.95)
