"""Whether a decision stands on fresh rows: planted values, every outcome, and the run's estimate against the interval."""

import pytest
from tests.decision.conftest import DISPARITY, METRICS, OPPORTUNITY

from interplay.aspects import Aspect
from interplay.decision.confirmation import Held, confirmed, headline_comparisons, unmeasured
from interplay.decision.measured import Measured
from interplay.estimates import NotMeasurable
from interplay.study.model import LimitSection

ACCURATE = LimitSection(metric="balanced_accuracy", at_least=0.85)
WINNER = "dp_sgd"
CONSTANT = ("no_better_than_constant",)
HALF = {"balanced_accuracy": 0.5}


def _judged(kit, now, before=None, limits=(ACCURATE,), collapse=None, winner=WINNER, tolerances=None, constant=HALF):
    found = Measured(kit.measurements(now, collapse=collapse, budgets=(WINNER,), constant=constant))
    earlier = Measured(kit.measurements(before or now, budgets=(WINNER,)))
    return confirmed(kit.named(winner), found, earlier, limits, tolerances or {})


def _cells(accuracy, control=0.9):
    return {("control", "balanced_accuracy"): control, (WINNER, "balanced_accuracy"): accuracy}


@pytest.mark.parametrize(
    ("accuracy", "outcome", "causes"),
    [
        (0.9, "stands", ()),
        (0.8, "not_confirmed", ("limit_broken",)),
        (0.85, "not_confirmed", ("limit_not_settled",)),
    ],
)
def test_a_limit_kept_broken_or_not_settled(kit, accuracy, outcome, causes):
    found = _judged(kit, _cells(accuracy, control=accuracy))
    assert (found.outcome, found.causes) == (outcome, causes)
    assert found.treatment == kit.named(WINNER)
    assert found.limits[0].held.estimate == pytest.approx(accuracy)


def test_one_broken_limit_fails_whatever_the_others_say(kit):
    limits = (
        ACCURATE,
        LimitSection(metric="privacy_budget", at_most=3.0),
        LimitSection(metric="balanced_accuracy", at_most=0.95),
    )
    now = _cells(0.9) | {(WINNER, "privacy_budget"): kit.shaped(8.0, 0.0, 0.0)}
    found = _judged(kit, now, limits=limits)
    assert [one.status for one in found.limits] == ["admissible", "inadmissible", "admissible"]
    assert found.causes == ("limit_broken",)
    assert any("privacy_budget at most 3" in reason for reason in found.reasons)


def test_a_limit_that_cannot_be_measured_leaves_it_open_with_the_reason(kit):
    now = kit.measurements(_cells(0.9), budgets=(WINNER,))
    told = unmeasured(now, ("membership_exposure",), "no model is without the rows")
    limits = (ACCURATE, LimitSection(metric="membership_exposure", at_most=0.05))
    found = confirmed(kit.named(WINNER), Measured(told), Measured(now), limits, {})
    assert (found.outcome, found.causes) == ("not_confirmed", ("limit_not_settled",))
    assert "no model is without the rows" in found.limits[1].reason
    assert found.limits[1].held == Held(None, None, None, None)
    assert isinstance(told.sample(kit.named(WINNER), "tuned", "membership_exposure"), NotMeasurable)


def test_a_winner_that_collapsed_fails_without_a_limit(kit):
    found = _judged(kit, _cells(0.9), limits=(), collapse={WINNER: "one class for all"})
    assert (found.outcome, found.causes) == ("not_confirmed", ("collapsed",))
    assert "one class for all" in found.reasons[1]


def test_without_a_limit_nothing_can_fail_and_it_says_so(kit):
    found = _judged(kit, _cells(0.7, control=0.7), limits=())
    assert found.outcome == "stands"
    assert "no hard limit" in found.reasons[0]


def test_the_estimate_of_the_run_lies_inside_or_outside(kit):
    found = _judged(kit, _cells(0.9), before=_cells(0.93))
    assert found.limits[0].held.earlier == pytest.approx(0.93)
    assert found.limits[0].held.inside is False
    assert _judged(kit, _cells(0.9), before=_cells(0.9005)).limits[0].held.inside is True


def test_a_budget_is_a_point_and_rounding_does_not_put_it_outside(kit):
    budget = LimitSection(metric="privacy_budget", at_most=8.0)
    now = _cells(0.9) | {(WINNER, "privacy_budget"): kit.shaped(8.0, 0.0, 0.0)}
    for before, inside in ((7.9999995, True), (7.99, False)):
        earlier = now | {(WINNER, "privacy_budget"): kit.shaped(before, 0.0, 0.0)}
        (limit,) = _judged(kit, now, earlier, limits=(budget,)).limits
        assert limit.held.low == limit.held.high
        assert limit.held.inside is inside


def test_the_deployed_model_lies_in_a_wider_band_than_the_mean(kit):
    now = _cells(0.9) | {(WINNER, "balanced_accuracy"): kit.shaped(0.9, 0.01, 0.001)}
    limit = _judged(kit, now).limits[0]
    assert limit.deployed[0] < limit.held.low < limit.held.high < limit.deployed[1]


def test_headline_metrics_are_compared_with_the_controls_and_with_the_run(kit):
    now = _cells(0.86) | {("control", DISPARITY): 0.01, (WINNER, DISPARITY): kit.gap(0.09, 0.005, 0.001)}
    before = _cells(0.895) | {("control", DISPARITY): 0.01, (WINNER, DISPARITY): 0.0905}
    found = {one.metric: one for one in _judged(kit, now, before, limits=()).effects if one.held.estimate is not None}
    accuracy = found["balanced_accuracy"]
    assert accuracy.verdict == "harm"
    assert accuracy.held.estimate == pytest.approx(0.04)
    assert accuracy.held.earlier == pytest.approx(0.005)
    assert accuracy.held.inside is False
    assert found[DISPARITY].contrast == "black against white"
    assert found[DISPARITY].held.inside is True


def test_a_harm_beyond_the_tolerance_is_not_confirmed_though_no_limit_is_on_it(kit):
    found = _judged(kit, _cells(0.86), limits=(LimitSection(metric="balanced_accuracy", at_least=0.8),))
    assert (found.outcome, found.causes) == ("not_confirmed", ("harm_shown",))
    assert [one.verdict for one in found.effects if one.metric == "balanced_accuracy"] == ["harm"]
    assert (
        "balanced_accuracy is shown to be worse than the control's by more than the tolerance of 0.02" in found.reasons
    )
    within = _judged(kit, _cells(0.89), limits=(LimitSection(metric="balanced_accuracy", at_least=0.8),))
    assert within.outcome == "stands"


@pytest.mark.parametrize(
    ("level", "error", "causes"),
    [(0.53, 0.004, ()), (0.53, 0.02, CONSTANT), (0.515, 0.0, CONSTANT), (0.5, 0.0, CONSTANT)],
)
def test_what_is_not_shown_to_beat_a_constant_model_is_not_confirmed(kit, level, error, causes):
    both = dict.fromkeys(_cells(0.9), kit.shaped(level, error / 2, error / 2))
    for winner in (WINNER, "control"):
        assert _judged(kit, both, winner=winner, limits=()).causes == causes
    many = _judged(kit, _cells(0.9), limits=(), constant={"balanced_accuracy": 0.95})
    assert many.causes == CONSTANT, "more classes have another constant, here a made-up one"


def test_of_every_aspect_that_the_decision_rested_on_something_is_measured(kit):
    before = _cells(0.9) | {("control", DISPARITY): 0.05, (WINNER, DISPARITY): 0.04, (WINNER, OPPORTUNITY): 0.04}
    few = NotMeasurable("group 'black' of 'race' has 9 of at least 50 rows")
    one_of_two = before | {(WINNER, OPPORTUNITY): few}
    assert _judged(kit, one_of_two, before).outcome == "stands"
    neither = one_of_two | {(WINNER, DISPARITY): few}
    found = _judged(kit, neither, before)
    assert (found.outcome, found.causes) == ("not_confirmed", ("not_measured",))
    (said,) = [reason for reason in found.reasons if reason.startswith("of fairness")]
    assert "accuracy_disparity/race: group 'black' of 'race' has 9 of at least 50 rows" in said
    assert _judged(kit, neither, neither).outcome == "stands", "what the run could not measure carried no decision"


def test_an_aspect_that_no_confirmation_can_measure_is_told_and_does_not_count(kit):
    before = _cells(0.9) | {(WINNER, "membership_exposure"): 0.01, ("control", "membership_exposure"): 0.1}
    missing = {(name, "membership_exposure"): NotMeasurable("no shadows") for name in ("control", WINNER)}
    measured = [Measured(kit.measurements(one)) for one in (before | missing, before)]
    found = confirmed(kit.named(WINNER), *measured, (ACCURATE,), {}, left_out=("membership_exposure",))
    assert (found.outcome, found.unconfirmed) == ("stands", (Aspect.PRIVACY,))
    assert any(reason.startswith("privacy is not confirmed") for reason in found.reasons)


def test_a_limit_beside_the_control_is_judged_on_fresh_pairs(kit):
    limit = LimitSection(metric="balanced_accuracy", at_most_below_control=0.03)
    for accuracy, causes in ((0.895, ()), (0.8, ("limit_broken", "harm_shown"))):
        found = _judged(kit, _cells(accuracy), limits=(limit,))
        assert set(found.causes) == set(causes)
        assert found.limits[0].held.estimate == pytest.approx(0.9 - accuracy)
    (kept,) = _judged(kit, _cells(0.9), limits=(limit,), winner="control").limits
    assert (kept.status, kept.held.estimate) == ("admissible", 0.0)


def test_a_control_that_won_is_held_against_its_limits_only(kit):
    found = _judged(kit, _cells(0.9), winner="control")
    assert found.effects == ()
    assert found.outcome == "stands"


def test_only_headline_metrics_are_compared_and_as_one_family(kit):
    planned = headline_comparisons(kit.named(WINNER), Measured(kit.measurements(_cells(0.9))))
    assert {one.metric for one in planned} == {key for key, one in METRICS.items() if one.headline}
    assert all(one.primary and one.probe for one in planned)
