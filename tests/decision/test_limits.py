from typing import Any

import numpy as np
import pytest
from scipy import stats

from interplay.decision.decision import LimitFinding
from interplay.decision.limits import limit_findings, predict
from interplay.decision.measured import Measured
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
        kept += members[8] >= predict(sample).reachable("at_least")
    assert kept / 600 == pytest.approx(0.95, abs=0.025)


def test_known_answer() -> None:
    column = np.array([0.79, 0.80, 0.81, 0.82, 0.78])
    expected = predict(Sample(np.repeat(column[:, None], 4, axis=1), 100))
    spread = column.std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert expected.spread == pytest.approx(spread)
    assert expected.chance("at_least", 0.77) == pytest.approx(stats.t.cdf(0.03 / spread, 4))
    assert expected.chance("at_most", 0.77) == pytest.approx(1 - expected.chance("at_least", 0.77))
    assert expected.chance("at_least", expected.reachable("at_least")) == pytest.approx(0.95)


def test_row_noise_of_a_member_is_not_the_spread_of_deployed_models() -> None:
    random = np.random.default_rng(1)
    weights = np.vstack([np.ones(100), random.exponential(size=(200, 100))])
    rows = random.standard_normal((16, 100))
    expected = predict(Sample(rows @ weights.T / weights.sum(axis=1), 100))
    assert expected.between_members < 0.7 * rows.mean(axis=1).std(ddof=1)


@pytest.mark.parametrize(("limit", "status"), [(0.75, "admissible"), (0.85, "inadmissible"), (0.80, "undecided")])
def test_three_answers(kit: Any, limit: float, status: str) -> None:
    (one,) = found(kit, LimitSection(metric="accuracy", at_least=limit), {("control", "accuracy"): 0.8})
    assert one.status == status
    assert one.probability is not None
    assert f"accuracy at least {limit:g} holds for one deployed model with probability" in one.reason


def test_what_would_settle_an_undecided_limit(kit: Any) -> None:
    limit = LimitSection(metric="accuracy", at_least=0.79)
    (rows,) = found(kit, limit, {("control", "accuracy"): kit.shaped(0.8, 0.0001, 0.01)})
    assert (rows.status, "more rows or members would settle it" in rows.reason) == ("undecided", True)
    (members,) = found(kit, limit, {("control", "accuracy"): kit.shaped(0.8, 0.005, 0.0001)})
    assert (members.status, "more rows would not settle it" in members.reason) == ("undecided", True)


def test_a_metric_name_covers_its_groupings_and_both_bounds(kit: Any) -> None:
    both = LimitSection(metric="accuracy_disparity", at_least=0.0, at_most=0.05)
    findings = found(kit, both, {("control", "accuracy_disparity/race"): 0.02})
    assert [(one.metric, one.bound, one.status) for one in findings] == [
        ("accuracy_disparity/race", "at_least", "admissible"),
        ("accuracy_disparity/race", "at_most", "admissible"),
    ]


def test_no_number_is_undecided(kit: Any) -> None:
    limit = LimitSection(metric="accuracy", at_least=0.5)
    (one,) = found(kit, limit, {("control", "accuracy"): NotMeasurable("no test rows")})
    assert (one.status, one.probability) == ("undecided", None)
    assert one.reason == "accuracy at least 0.5 cannot be judged: no test rows"
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


def test_a_spent_budget_is_a_number_without_error(kit: Any) -> None:
    spent = {("dp_sgd", "privacy_budget"): Sample(np.full((8, 20), 3.0), 100)}
    statuses = [
        found(kit, LimitSection(metric="privacy_budget", at_most=limit), spent, "dp_sgd")[0].status
        for limit in (3.0, 2.9)
    ]
    assert statuses == ["admissible", "inadmissible"]


def test_limits_are_read_where_the_metric_was_measured(kit: Any) -> None:
    layered = Treatment(("split_conformal",))
    measurements = kit.measurements({("split_conformal", "set_size"): 1.2})
    measured = Measured(measurements, {(Treatment(), "set_size"): layered})
    (one,) = limit_findings(Treatment(), [LimitSection(metric="set_size", at_most=1.5)], measured)
    assert one.status == "admissible"
