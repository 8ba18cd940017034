"""Limits relative to the control: paired models, the same rule as other limits, and the control that keeps them."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from interplay.decision.decision import LimitFinding
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.decision.prediction import predict
from interplay.decision.relative import beyond_control
from interplay.estimates import NotMeasurable, Sample
from interplay.study.model import LimitSection

THREE_POINTS = LimitSection(metric="balanced_accuracy", at_most_below_control=0.03)
DOCS = Path(__file__).parents[2] / "docs"


def planted(members: Any, rows: float = 0.0) -> Sample:
    """These members, all with the same noise of the evaluated rows."""
    waves = np.r_[0.0, np.random.default_rng(1).standard_normal(60)] * rows
    return Sample(np.asarray(members)[:, None] + waves, 400)


def found(kit: Any, cells: Any, candidate: str = "dp_sgd", limit: LimitSection = THREE_POINTS) -> LimitFinding:
    return limit_findings(kit.named(candidate), [limit], Measured(kit.measurements(cells)))[0]


def pair(ours: Any, theirs: Any) -> dict[tuple[str, str], Sample]:
    return {("dp_sgd", "balanced_accuracy"): ours, ("control", "balanced_accuracy"): theirs}


def test_known_answer(kit: Any) -> None:
    """P(control - candidate <= 0.03) of one deployed pair, by t with the spread of the paired differences."""
    control, below = np.array([0.80, 0.84, 0.78, 0.82, 0.79]), np.array([0.02, 0.01, 0.025, 0.03, 0.015])
    one = found(kit, pair(planted(control - below), planted(control)))
    spread = below.std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert one.probability == pytest.approx(stats.t.cdf((0.03 - below.mean()) / spread, 4))
    assert one.estimate == pytest.approx(0.02)
    assert (one.low, one.high) == pytest.approx(tuple(stats.t.ppf((0.05, 0.95), 4) * spread + 0.02))
    assert one.reachable == pytest.approx(one.high)
    assert one.reason.startswith(
        "balanced_accuracy at most 0.03 below the control's holds for one deployed model with probability 0."
    )


def test_the_other_side_is_for_metrics_where_lower_is_better(kit: Any) -> None:
    size, above = np.array([1.1, 1.3, 1.2, 1.25]), np.array([0.05, 0.04, 0.06, 0.05])
    cells = {("dp_sgd", "set_size"): planted(size + above), ("control", "set_size"): planted(size)}
    limits = [LimitSection(metric="set_size", at_most_above_control=most) for most in (0.1, 0.02)]
    kept, broken = (found(kit, cells, limit=one) for one in limits)
    assert (kept.status, broken.status) == ("admissible", "inadmissible")
    assert kept.estimate == pytest.approx(0.05), "in labels, though its tolerance is a ratio"


def test_what_candidate_and_control_share_cancels(kit: Any) -> None:
    """Members that differ by 5 points and rows worth 2 leave a limit on the value open, and settle one beside the control."""
    members = 0.8 + 0.05 * np.linspace(-1, 1, 8)
    cells = pair(planted(members - 0.01, 0.02), planted(members, 0.02))
    assert found(kit, cells).status == "admissible"
    assert found(kit, cells, limit=LimitSection(metric="balanced_accuracy", at_least=0.77)).status == "undecided"


@pytest.mark.parametrize(("below", "status"), [(0.0, "admissible"), (0.03, "undecided"), (0.06, "inadmissible")])
def test_three_answers(kit: Any, below: float, status: str) -> None:
    cells = pair(kit.shaped(0.8 - below, 0.002), kit.shaped(0.8, 0.001, seed=3))
    assert found(kit, cells).status == status


def test_the_control_keeps_it_by_definition_measured_or_not(kit: Any) -> None:
    absent = pair(kit.shaped(0.8), NotMeasurable("no test rows"))
    for cells in (pair(kit.shaped(0.5), kit.shaped(0.8, 0.2)), absent):
        one = found(kit, cells, "control")
        assert (one.status, one.probability, one.estimate) == ("admissible", 1.0, 0.0)
        assert "holds for the control by definition" in one.reason
    other = found(kit, absent)
    assert (other.status, other.probability) == ("undecided", None)
    assert "the control has no value to compare with: no test rows" in other.reason


def test_members_are_paired_and_added_ones_wait_for_their_pair() -> None:
    ours, theirs = planted(np.array([0.7, 0.8, 0.9, 0.1])), planted(np.array([0.71, 0.82, 0.93]))
    distance = beyond_control(ours, theirs, "at_most_below_control")
    assert isinstance(distance, Sample)
    assert distance.values[:, 0] == pytest.approx([0.01, 0.02, 0.03])


def test_a_gap_between_groups_is_not_compared(kit: Any) -> None:
    assert isinstance(beyond_control(kit.gap(0.1), kit.gap(0.1), "at_most_above_control"), NotMeasurable)


def test_of_models_that_keep_it_with_a_probability_that_share_does() -> None:
    """Over truths, members and rows: the predictive probability is calibrated, and a limit at .95 is kept by .95."""
    random = np.random.default_rng(5)
    told, kept, within = [], [], []
    for _ in range(800):
        truth, common = random.uniform(0.0, 0.06), 0.04 * random.standard_normal(9)
        ours = 0.8 + common - truth + 0.01 * random.standard_normal(9)
        theirs = 0.8 + common + 0.01 * random.standard_normal(9)
        shift, waves = 0.004 * random.standard_normal(), np.r_[0.0, 0.004 * random.standard_normal(60)]
        samples = Sample((ours[:8, None] + shift) + waves, 10_000), Sample(theirs[:8, None] + 0 * waves, 10_000)
        distance = beyond_control(*samples, "at_most_below_control")
        assert isinstance(distance, Sample)
        expected = predict(distance)
        told.append(expected.chance("at_most", 0.03))
        kept.append(theirs[8] - ours[8] <= 0.03)
        within.append(theirs[8] - ours[8] <= expected.reachable("at_most"))
    assert np.mean(told) == pytest.approx(np.mean(kept), abs=0.03)
    assert np.mean(within) == pytest.approx(0.95, abs=0.02)


def test_a_decision_bars_relaxes_and_changes_with_it(kit: Any) -> None:
    limit = LimitSection(metric="balanced_accuracy", at_most_below_control=0.02)
    decision = kit.decide(kit.two_sided(), limits=[limit])
    assert decision.treatment == kit.named("control")
    assert {one.treatment.name for one in decision.rejected if one.step == "limit"} == {"reweighing", "dp_sgd"}
    assert decision.stability == pytest.approx(1.0)
    (flip,) = decision.limit_flips
    assert (flip.bound, flip.admits, flip.winner) == ("at_most_below_control", *[kit.named("reweighing")] * 2)
    assert flip.needed == pytest.approx(0.05, abs=0.01) and flip.needed > 0.05
    again = LimitSection(metric="balanced_accuracy", at_most_below_control=flip.needed + 1e-9)
    assert kit.decide(kit.two_sided(), limits=[again]).treatment == kit.named("reweighing")


def test_a_limit_that_only_a_better_model_would_keep_is_not_proposed(kit: Any) -> None:
    """A winner that beats the control for sure cannot be barred by a limit that may be declared; one below it can."""
    cells = kit.two_sided() | {("reweighing", "balanced_accuracy"): 0.95}
    loose = LimitSection(metric="balanced_accuracy", at_most_below_control=0.2)
    assert not [one for one in kit.decide(cells, limits=[loose]).limit_flips if one.admits is None]
    (tighter,) = [one for one in kit.decide(kit.two_sided(), limits=[loose]).limit_flips if one.admits is None]
    assert (tighter.winner, tighter.bound) == (kit.named("control"), "at_most_below_control")


def test_when_nobody_else_is_admissible_the_relaxation_says_how_far_below(kit: Any) -> None:
    limits = [THREE_POINTS, LimitSection(metric="membership_exposure", at_most=0.05)]
    decision = kit.decide(kit.two_sided(), limits=limits)
    assert decision.unresolved == "nothing_admissible"
    relaxed = next(one for one in decision.relaxations if one.bound == "at_most_below_control")
    assert (relaxed.treatment, relaxed.alone_enough) == (kit.named("dp_sgd"), True)
    assert any("below the control's instead of 0.03, dp_sgd would be admissible" in one for one in decision.reasons)


@pytest.mark.parametrize("bias", [(0.0, 0.0), (0.002, 0.005)])
def test_a_reviewer_works_out_the_same_probability(kit: Any, bias: tuple[float, float]) -> None:
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location("recompute_decision", DOCS / "recompute_decision.py")
        assert spec is not None and spec.loader is not None
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
    finally:
        sys.path.remove(str(DOCS))
    random = np.random.default_rng(2)
    ours, theirs = (0.8 + 0.02 * random.standard_normal((8, 61)) for _ in range(2))
    samples = Sample(ours, 300, bias=bias), Sample(theirs, 280)
    read = [(one.values, one.support, {}, one.bias) for one in samples]
    for declared in (0.0, 0.02, 0.05):
        limit = LimitSection(metric="balanced_accuracy", at_most_below_control=declared)
        told = script.chance(script.limited(*read, "at_most_below_control"), "at_most_below_control", declared)
        assert told == pytest.approx(found(kit, pair(*samples), limit=limit).probability, abs=1e-9)
    assert script.chance(script.limited(read[1], read[1], "at_most_below_control"), "at_most_below_control", 0.0) == 1.0
