"""Runner-up, flips, orders and open questions, with known answers and by asking the decision again."""

from itertools import permutations
from math import factorial
from typing import Any

import pytest

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.study.model import LimitSection

DISPARITY, OPPORTUNITY, EXPOSURE = (
    "accuracy_disparity/race",
    "equal_opportunity_difference/race",
    "membership_exposure",
)
RANKING = (Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.UTILITY)


def test_the_runner_up_would_win_without_the_winner(kit: Any) -> None:
    decision = kit.decide(kit.two_sided())
    rival = decision.runner_up
    without = kit.decide({key: value for key, value in kit.two_sided().items() if key[0] != "reweighing"})
    assert rival.treatment == without.treatment == kit.named("dp_sgd")
    assert rival.decided_at == "fairness"
    told = {one.metric: (round(one.estimate, 2), one.shown) for one in rival.differences}
    assert told == {DISPARITY: (0.16, True), EXPOSURE: (-0.09, True), "balanced_accuracy": (0.05, True)}
    assert [one.aspect for one in rival.differences] == list(RANKING)
    assert all(one.low <= one.estimate <= one.high for one in rival.differences)
    assert "dp_sgd would be chosen without reweighing; it was eliminated on fairness; shown worse on " in rival.sentence
    assert "shown better on membership_exposure 9.0 points lower" in rival.sentence
    assert rival.sentence in decision.reasons


def test_a_tie_and_a_single_candidate(kit: Any) -> None:
    rival = kit.decide({("a", "balanced_accuracy"): 0.9, ("b", "balanced_accuracy"): 0.9}).runner_up
    assert (rival.treatment, rival.decided_at) == (kit.named("b"), "ties")
    assert rival.sentence == "b would be chosen without a; it lost the tie; no difference beyond a tolerance is shown"
    assert kit.decide({("a", "balanced_accuracy"): 0.9}).runner_up is None


def test_all_orders_are_counted(kit: Any) -> None:
    decision = kit.decide(kit.two_sided())
    counted = {one.treatment: one.count for one in decision.orders}
    wanted: dict[Any, int] = {}
    for ranking in permutations(RANKING):
        winner = kit.decide(kit.two_sided(), ranking).treatment
        wanted[winner] = wanted.get(winner, 0) + 1
    assert counted == wanted
    six = (*RANKING, Aspect.ROBUSTNESS, Aspect.EXPLAINABILITY, Aspect.UNCERTAINTY)
    assert sum(one.count for one in kit.decide(kit.two_sided(), six).orders) == factorial(6)


def test_a_tolerance_that_changes_the_winner_does_so_when_declared(kit: Any) -> None:
    """The control is 0.03 worse in its gap: a tolerance that forgives this leaves the choice to its accuracy."""
    given = kit.two_sided() | {("control", DISPARITY): 0.08, ("reweighing", "balanced_accuracy"): 0.80}
    decision = kit.decide(given, (Aspect.FAIRNESS, Aspect.UTILITY))
    flips = {one.metric: one for one in decision.tolerance_flips}
    flip = flips[DISPARITY]
    assert decision.treatment == kit.named("reweighing")
    assert (flip.declared, flip.winner) == (0.02, kit.named("control"))
    assert flip.needed == pytest.approx(0.03, abs=0.0001)
    again = {
        needed: kit.decide(given, (Aspect.FAIRNESS, Aspect.UTILITY), tolerances={DISPARITY: needed}).treatment.name
        for needed in (flip.needed, flip.needed - 0.0001)
    }
    assert list(again.values()) == ["control", "reweighing"]


def test_a_smaller_tolerance_can_change_the_winner_too(kit: Any) -> None:
    given = {("control", "balanced_accuracy"): 0.900, ("reweighing", "balanced_accuracy"): 0.906}
    decision = kit.decide(given, (Aspect.UTILITY,))
    (flip,) = decision.tolerance_flips
    assert decision.treatment == kit.named("control")
    assert flip.needed < flip.declared and flip.winner == kit.named("reweighing")
    assert kit.decide(given, (Aspect.UTILITY,), tolerances={"balanced_accuracy": flip.needed}).treatment == flip.winner


def test_a_limit_that_is_loosened_or_tightened(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.82), LimitSection(metric=EXPOSURE, at_most=0.2)]
    ranking = (Aspect.PRIVACY, Aspect.UTILITY)
    decision = kit.decide(kit.two_sided(), ranking, limits)
    assert decision.treatment == kit.named("control")
    loosened, tightened = (one for one in decision.limit_flips if one.metric == "balanced_accuracy")
    assert (loosened.admits, loosened.winner) == (kit.named("dp_sgd"), kit.named("dp_sgd"))
    again = [LimitSection(metric="balanced_accuracy", at_least=loosened.needed), limits[1]]
    assert kit.decide(kit.two_sided(), ranking, again).treatment == kit.named("dp_sgd")
    stricter = [LimitSection(metric="balanced_accuracy", at_least=loosened.needed + 1e-5), limits[1]]
    assert kit.decide(kit.two_sided(), ranking, stricter).treatment == kit.named("control")
    assert (tightened.admits, tightened.winner) == (None, None)
    assert tightened.needed == pytest.approx(0.90, abs=0.01)
    kept = [LimitSection(metric="balanced_accuracy", at_least=tightened.needed), limits[1]]
    assert kit.decide(kit.two_sided(), ranking, kept).treatment == kit.named("control")
    barred = [LimitSection(metric="balanced_accuracy", at_least=tightened.needed + 1e-5), limits[1]]
    assert kit.decide(kit.two_sided(), ranking, barred).treatment is None


def test_a_loosening_that_admits_without_a_change_is_passed_over(kit: Any) -> None:
    """With accuracy first, the control wins however many more are admitted."""
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.88)]
    decision = kit.decide(kit.two_sided(), (Aspect.UTILITY,), limits)
    assert [one.admits for one in decision.limit_flips] == [None]


def test_nobody_admissible_and_who_would_win(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.95)]
    decision = kit.decide(kit.two_sided(), limits=limits)
    (flip,) = decision.limit_flips
    assert (decision.treatment, flip.admits, flip.winner) == (None, kit.named("control"), kit.named("control"))
    assert (decision.pareto, decision.runner_up, decision.orders) == ((), None, ())


def test_an_open_limit_that_matters(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.79)]
    given = kit.two_sided() | {("dp_sgd", "balanced_accuracy"): kit.shaped(0.80, 0.0001, 0.01)}
    decision = kit.decide(given, (Aspect.PRIVACY, Aspect.UTILITY), limits)
    limit_questions = [one for one in decision.open_questions if one.kind == "limit"]
    (one,) = limit_questions
    assert (one.treatment, one.would_choose, one.metric) == (
        kit.named("dp_sgd"),
        kit.named("dp_sgd"),
        "balanced_accuracy",
    )
    assert (one.needed.thing, one.needed.have) == ("rows", 400)
    assert one.sentence == "if dp_sgd is shown to keep balanced_accuracy at least 0.79, dp_sgd is chosen"
    hopeless = kit.two_sided() | {("dp_sgd", "balanced_accuracy"): kit.shaped(0.80, 0.01, 0.0001)}
    questions = kit.decide(hopeless, (Aspect.PRIVACY, Aspect.UTILITY), limits).open_questions
    assert "would not settle it, only a recipe that varies less" in questions[0].sentence
    elsewhere = kit.decide(given, (Aspect.FAIRNESS,), limits)
    assert not [one for one in elsewhere.open_questions if one.kind == "limit"]


def test_a_limit_without_a_number_is_a_question(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.7)]
    given = kit.two_sided() | {("dp_sgd", "balanced_accuracy"): NotMeasurable("no test rows")}
    (one,) = (one for one in kit.decide(given, (Aspect.PRIVACY,), limits).open_questions if one.kind == "limit")
    assert (one.needed, one.sentence.endswith("it has no number yet")) == (None, True)


def test_an_open_comparison_of_the_winner(kit: Any) -> None:
    given = {
        ("control", "balanced_accuracy"): kit.shaped(0.890, 0.02, 0.0001),
        ("reweighing", "balanced_accuracy"): kit.shaped(0.905, 0.0001, 0.0001),
    }
    decision = kit.decide(given, (Aspect.UTILITY,))
    (one,) = decision.open_questions
    assert (decision.treatment, one.kind, one.would_choose) == (
        kit.named("control"),
        "comparison",
        kit.named("reweighing"),
    )
    assert one.needed.thing == "members"
    assert (
        "if control is shown worse than reweighing on balanced_accuracy by more than 2.0 points (now 1.5 points lower ("
        in one.sentence
    )
    settled = kit.decide(
        {("control", "balanced_accuracy"): 0.9, ("reweighing", "balanced_accuracy"): 0.9}, (Aspect.UTILITY,)
    )
    assert settled.open_questions == ()


def test_numbers_of_those_that_went(kit: Any) -> None:
    decision = kit.decide(kit.two_sided(), limits=[LimitSection(metric="balanced_accuracy", at_least=0.83)])
    gone = {one.treatment.name: one for one in decision.rejected}
    assert (gone["dp_sgd"].step, gone["dp_sgd"].metric) == ("limit", "balanced_accuracy")
    assert gone["dp_sgd"].low < 0.8 < gone["dp_sgd"].high
    assert gone["dp_sgd"].estimate == pytest.approx(0.8)
    assert gone["control"].metric == DISPARITY
    assert gone["control"].estimate == pytest.approx(0.15)
