from typing import Any

import pytest

from interplay.aspects import Aspect
from interplay.decision import Decision
from interplay.decision.measured import Measured
from interplay.decision.residual import residual_harms
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.estimates import NotMeasurable
from interplay.study.model import LimitSection

DISPARITY, OPPORTUNITY, EXPOSURE = (
    "accuracy_disparity/race",
    "equal_opportunity_difference/race",
    "membership_exposure",
)
PRIVATE_FIRST = (Aspect.PRIVACY, Aspect.FAIRNESS, Aspect.UTILITY)


@pytest.mark.parametrize(
    ("ranking", "winner"),
    [
        ((Aspect.FAIRNESS, Aspect.PRIVACY, Aspect.UTILITY), "reweighing"),
        (PRIVATE_FIRST, "dp_sgd"),
        ((Aspect.UTILITY, Aspect.FAIRNESS, Aspect.PRIVACY), "control"),
    ],
)
def test_the_ranking_decides(kit: Any, ranking: tuple[Aspect, ...], winner: str) -> None:
    decision = kit.decide(kit.two_sided(), ranking)
    assert decision.treatment == kit.named(winner)
    assert decision.stability == 1.0
    assert {one.treatment.name for one in decision.rejected} == {"control", "reweighing", "dp_sgd"} - {winner}
    assert {one.step for one in decision.rejected} == {ranking[0].value}


def test_reasons_hold_the_loss_and_the_rival(kit: Any) -> None:
    decision = kit.decide(kit.two_sided())
    gone = {one.treatment.name: one.reason for one in decision.rejected}
    assert gone["control"] == (
        "accuracy_disparity/race (black against white) is 15.0 points larger than under reweighing (15.0 to 15.0), worse "
        "by more than 2.0 points"
    )
    assert any(reason.startswith("fairness: keeps 1 of 3 (reweighing)") for reason in decision.reasons)


def test_losses_within_the_tolerance_pass_on(kit: Any) -> None:
    cells = kit.two_sided() | {("control", DISPARITY): 0.06}
    assert kit.decide(cells).treatment == kit.named("control")
    assert kit.decide(cells, tolerances={DISPARITY: 0.001}).treatment == kit.named("reweighing")


def test_losses_that_are_not_shown_pass_on(kit: Any) -> None:
    cells = kit.two_sided() | {("control", DISPARITY): kit.gap(0.20, 0.1)}
    decision = kit.decide(cells)
    assert decision.treatment == kit.named("control")
    assert decision.rejected[-1].step == "utility"


def test_ties_go_to_the_fewest_interventions_then_the_name(kit: Any) -> None:
    cells = {(name, "balanced_accuracy"): 0.9 for name in ("reweighing + dp_sgd", "reweighing", "dp_sgd")}
    decision = kit.decide(cells)
    assert decision.treatment == kit.named("dp_sgd")
    assert {one.step for one in decision.rejected} == {"ties"}
    assert any("the one with the fewest interventions is taken: dp_sgd" in reason for reason in decision.reasons)


def test_a_collapsed_candidate_cannot_win(kit: Any) -> None:
    decision = kit.decide(kit.two_sided(), PRIVATE_FIRST, collapse={"dp_sgd": "one class for every row"})
    assert decision.treatment == kit.named("reweighing")
    assert decision.rejected[0].step == "collapse"
    assert decision.rejected[0].reason == "one class for every row"


def test_limits_come_before_priorities(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.87)]
    decision = kit.decide(kit.two_sided(), PRIVATE_FIRST, limits)
    assert decision.treatment == kit.named("control")
    steps = {one.treatment.name: (one.step, one.reason.partition(":")[0]) for one in decision.rejected}
    assert steps == {"reweighing": ("limit", "inadmissible"), "dp_sgd": ("limit", "inadmissible")}


def test_an_undecided_limit_does_not_admit(kit: Any) -> None:
    decision = kit.decide(kit.two_sided(), limits=[LimitSection(metric="balanced_accuracy", at_least=0.85)])
    assert decision.treatment == kit.named("control")
    (reason,) = (one.reason for one in decision.rejected if one.treatment == kit.named("reweighing"))
    assert reason.startswith("undecided: balanced_accuracy at least 0.85")


def test_no_admissible_treatment_and_the_relaxations(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.87), LimitSection(metric=EXPOSURE, at_most=0.05)]
    decision = kit.decide(kit.two_sided(), PRIVATE_FIRST, limits)
    assert decision.treatment is None
    assert decision.reasons[0] == "No treatment is admissible."
    accuracy, exposure = decision.relaxations
    assert (accuracy.metric, accuracy.treatment.name, accuracy.alone_enough) == ("balanced_accuracy", "dp_sgd", True)
    assert accuracy.needed == pytest.approx(0.80, abs=0.01) and accuracy.needed < 0.80
    assert (exposure.metric, exposure.treatment.name, exposure.alone_enough) == (EXPOSURE, "control", True)
    assert exposure.needed == pytest.approx(0.10, abs=0.01) and exposure.needed > 0.10
    again = [LimitSection(metric="balanced_accuracy", at_least=accuracy.needed), limits[1]]
    assert kit.decide(kit.two_sided(), PRIVATE_FIRST, again).treatment == kit.named("dp_sgd")


def test_a_relaxation_that_is_not_enough_alone_says_so(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.95), LimitSection(metric=EXPOSURE, at_most=0.001)]
    decision = kit.decide(kit.two_sided(), limits=limits)
    assert [one.alone_enough for one in decision.relaxations] == [False, False]
    assert any("would keep this limit, though not all others" in reason for reason in decision.reasons)


def test_all_collapsed(kit: Any) -> None:
    why = dict.fromkeys(("control", "reweighing", "dp_sgd"), "one class")
    decision = kit.decide(kit.two_sided(), collapse=why)
    assert (decision.treatment, decision.relaxations) == (None, ())


def test_flips_name_the_swap_and_the_new_winner(kit: Any) -> None:
    flips = kit.decide(kit.two_sided()).flips
    assert [(one.first, one.second, one.winner.name) for one in flips] == [
        (Aspect.FAIRNESS, Aspect.PRIVACY, "dp_sgd"),
    ]
    assert "ranking privacy above fairness would choose dp_sgd" in kit.decide(kit.two_sided()).reasons


def test_no_flip_where_one_candidate_is_best_at_everything(kit: Any) -> None:
    cells = kit.two_sided() | {("control", DISPARITY): 0.01, ("control", EXPOSURE): 0.001}
    decision = kit.decide(cells)
    assert decision.treatment == kit.named("control")
    assert decision.flips == ()


def test_headline_metrics_that_conflict_do_not_empty_the_field(kit: Any) -> None:
    cells = {
        ("control", DISPARITY): 0.20,
        ("control", OPPORTUNITY): 0.01,
        ("reweighing", DISPARITY): 0.01,
        ("reweighing", OPPORTUNITY): 0.20,
        ("dp_sgd", DISPARITY): 0.30,
        ("dp_sgd", OPPORTUNITY): 0.05,
        ("control", "balanced_accuracy"): 0.80,
        ("reweighing", "balanced_accuracy"): 0.90,
        ("dp_sgd", "balanced_accuracy"): 0.99,
    }
    decision = kit.decide(cells)
    assert decision.treatment == kit.named("reweighing")
    (gone,) = (one for one in decision.rejected if one.step == "fairness")
    assert gone.treatment == kit.named("dp_sgd")
    assert gone.reason.endswith("and better nowhere in this aspect")
    assert any("its headline metrics conflict" in reason for reason in decision.reasons)


def test_a_candidate_without_a_number_is_kept(kit: Any) -> None:
    cells = kit.two_sided() | {("reweighing", DISPARITY): NotMeasurable("group too small")}
    decision = kit.decide(cells)
    assert decision.treatment != kit.named("reweighing")
    assert {one.treatment.name: one.step for one in decision.rejected}["reweighing"] == "privacy"


def test_an_aspect_nobody_measured_does_not_choose(kit: Any) -> None:
    cells = {key: value for key, value in kit.two_sided().items() if key[1] == "balanced_accuracy"}
    decision = kit.decide(cells)
    assert decision.treatment == kit.named("control")
    assert any(reason.startswith("fairness: no headline metric is measured") for reason in decision.reasons)


def test_layers_are_read_where_they_were_measured(kit: Any) -> None:
    cells = {
        ("control", "balanced_accuracy"): 0.9,
        ("dp_sgd", "balanced_accuracy"): 0.9,
        ("split_conformal", "set_size"): 1.5,
        ("dp_sgd + split_conformal", "set_size"): 1.1,
    }
    places = {
        (Treatment(), "set_size"): kit.named("split_conformal"),
        (kit.named("dp_sgd"), "set_size"): kit.named("dp_sgd + split_conformal"),
    }
    ranking = (Aspect.UNCERTAINTY, Aspect.UTILITY)
    chosen = {
        bool(on): kit.decide(cells, ranking, candidates=["control", "dp_sgd"], measured_on=on).treatment.name
        for on in ({}, places)
    }
    assert chosen == {False: "control", True: "dp_sgd"}


def test_stability_falls_where_draws_disagree(kit: Any) -> None:
    # The lower end of the interval lies just above the tolerance, and moves with a large row error.
    wide = {
        ("control", "balanced_accuracy"): kit.shaped(0.90, 0.0, 0.02),
        ("dp_sgd", "balanced_accuracy"): kit.shaped(0.84, 0.0, 0.0, 1),
    }
    decision = kit.decide(wide, (Aspect.UTILITY,), candidates=["control", "dp_sgd"])
    assert decision.treatment == kit.named("control")
    assert decision.stability is not None
    lost = kit.decide(
        {("dp_sgd", "balanced_accuracy"): 0.9, ("a + b", "balanced_accuracy"): kit.shaped(0.955, 0.0, 0.02)},
        (Aspect.UTILITY,),
    )
    assert 0.3 < (lost.stability or 0) < 0.9


def test_residual_harms_of_the_winner(kit: Any) -> None:
    decision = kit.decide(kit.two_sided())
    assert [(one.metric, one.verdict) for one in decision.residual] == [("balanced_accuracy", "harm")]
    assert decision.residual[0].treatment == kit.named("reweighing")
    assert kit.decide(kit.two_sided(), (Aspect.UTILITY,)).residual == ()


def test_planned_comparisons_add_their_residual_harms(kit: Any) -> None:
    measurements = kit.measurements(kit.two_sided())
    asked = Comparison(
        Treatment(("reweighing",)), None, DISPARITY, DISPARITY, ("reweighing",), (Aspect.FAIRNESS,), Aspect.FAIRNESS
    )
    effects = compare(measurements, [asked], {})
    found = residual_harms(Treatment(("reweighing",)), Measured(measurements), effects, {})
    assert [(one.metric, one.baseline) for one in found] == [(DISPARITY, None), ("balanced_accuracy", Treatment())]


def test_a_quantity_of_the_plan_is_not_judged_again(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the audit corrected once keeps its verdict; only metrics that it left out are compared."""
    measurements = kit.measurements(kit.two_sided())
    chosen, control = Treatment(("reweighing",)), Treatment()
    planned = [
        Comparison(chosen, control, key, key, ("reweighing",), (Aspect.FAIRNESS,), measurements.metrics[key].aspect)
        for key in (DISPARITY, EXPOSURE)
    ]
    effects = compare(measurements, planned, {})
    asked: list[str] = []

    def watched(measured: Any, comparisons: Any, tolerances: Any) -> Any:
        asked.extend(one.metric for one in comparisons)
        return compare(measured, comparisons, tolerances)

    monkeypatch.setattr("interplay.decision.residual.compare", watched)
    residual_harms(chosen, Measured(measurements), effects, {})
    assert set(asked) == set(measurements.metrics) - {DISPARITY, EXPOSURE}


def test_a_quantity_measured_elsewhere_is_no_residual_harm(kit: Any) -> None:
    """With thresholds on top, decisions are those of the thresholds, and the disparity of the bare model is not left."""
    bare, chosen = Treatment(("dp_sgd",)), Treatment(("dp_sgd", "group_thresholds"))
    gaps = {Treatment(): 0.02, bare: 0.2, chosen: 0.02}
    cells: dict[tuple[str, str], Any] = {(one.name, DISPARITY): value for one, value in gaps.items()}
    measurements = kit.measurements({**cells, ("control", EXPOSURE): 0.01, ("dp_sgd", EXPOSURE): 0.01})
    asked = Comparison(bare, Treatment(), DISPARITY, DISPARITY, ("dp_sgd",), (Aspect.PRIVACY,), Aspect.FAIRNESS)
    effects = compare(measurements, [asked], {})
    assert effects.effects[0].verdict == "harm"
    measured = Measured(measurements, {(chosen, EXPOSURE): bare})
    assert residual_harms(chosen, measured, effects, {}) == ()
    assert [one.metric for one in residual_harms(bare, measured, effects, {})] == [DISPARITY]


def test_json_round_trip(kit: Any) -> None:
    limits = [LimitSection(metric="balanced_accuracy", at_least=0.87), LimitSection(metric=EXPOSURE, at_most=0.05)]
    for decision in (kit.decide(kit.two_sided()), kit.decide(kit.two_sided(), limits=limits)):
        assert Decision.from_json(decision.to_json()) == decision
