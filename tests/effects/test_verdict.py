from typing import Any

import pytest

from interplay.aspects import Aspect
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.effects.sample_size import Need
from interplay.effects.verdict import rests_on_attack
from interplay.estimates import NotMeasurable
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.membership_risk import MembershipRisk
from interplay.metrics.movable_share import MovableShare
from interplay.metrics.privacy_budget import PrivacyBudget
from interplay.metrics.robust_accuracy import RobustAccuracy


def judged(kit: Any, change: float, error: tuple[float, float], tests: int = 1, **more: Any) -> Effect:
    """Accuracy falls by `change` with this error (members, rows); the tolerance is .02."""
    treated = kit.plain(0.8 - change, *error, support=more.pop("support", 400))
    measured = kit.pair(treated, kit.plain(0.8, support=treated.support), **more)
    return compare(measured, [kit.comparison()] * tests, {}).effects[0]


def test_harm(kit: Any) -> None:
    effect = judged(kit, 0.05, (0.004, 0.004))
    assert effect.verdict == "harm"
    assert effect.low is not None and effect.low > 0.02
    assert effect.reason.startswith("5.0 points lower (4.0 to 6.0): worse by more than the tolerance of 2.0 points")
    assert "over 1 comparison" in effect.reason


def test_harm_undetermined(kit: Any) -> None:
    effect = judged(kit, 0.02, (0.002, 0.006))
    assert effect.verdict == "harm_undetermined"
    assert "whether it exceeds the tolerance of 2.0 points is not settled" in effect.reason


def test_harm_that_does_not_survive_correction(kit: Any) -> None:
    error = (0.001, 0.003)
    assert judged(kit, 0.0265, error).verdict == "harm"
    cells = {(kit.treated, "tuned", "accuracy"): kit.plain(0.8 - 0.0265, *error)}
    cells[kit.control, "tuned", "accuracy"] = kit.plain(0.8)
    cells |= {(kit.treated, "tuned", "membership_risk"): kit.plain(0.5, 0.001)}
    cells |= {(kit.control, "tuned", "membership_risk"): kit.plain(0.5, 0.001)}
    others = [kit.comparison("membership_risk", Aspect.PRIVACY)] * 40
    effect = compare(kit.measurements(cells), [kit.comparison(), *others], {}).effects[0]
    assert effect.verdict == "harm_undetermined"
    assert "before correction for 41 comparisons, not after it" in effect.reason
    assert effect.adjusted_p is not None and effect.adjusted_p > 0.10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (0.0, "worse by more than the tolerance of 2.0 points is ruled out"),
        (0.01, "a change for the worse is shown and is below the tolerance"),
        (-0.01, "better, not shown to be so by more than the tolerance"),
    ],
)
def test_no_material_harm(kit: Any, change: float, words: str) -> None:
    effect = judged(kit, change, (0.002, 0.002))
    assert effect.verdict == "no_material_harm"
    assert words in effect.reason
    assert "would be found with 80 % power" in effect.reason


def test_improvement(kit: Any) -> None:
    effect = judged(kit, -0.05, (0.004, 0.004))
    assert effect.verdict == "improvement"
    assert effect.high is not None and effect.high < -0.02
    assert effect.reason.startswith("5.0 points higher (4.0 to 6.0): better by more than the tolerance of 2.0 points")


def test_inconclusive_for_want_of_rows(kit: Any) -> None:
    effect = judged(kit, 0.0, (0.001, 0.03), support=100)
    assert effect.verdict == "inconclusive"
    # 100 * .03**2 / ((.02 / 1.645) ** 2 - .001**2) = 612.9
    assert effect.cause == "few rows" and effect.needed == Need("rows", 100, 613)
    assert "too few rows: 100 rows, about 620 would settle it" in effect.reason


def test_inconclusive_for_want_of_members(kit: Any) -> None:
    effect = judged(kit, 0.0, (0.03, 0.001))
    # 8 * .03**2 / ((.02 / 1.645) ** 2 - .001**2) = 49.0, and 1.645 is 1.6449
    assert effect.cause == "few members" and effect.needed == Need("members", 8, 50)
    assert "too few members: 8 members, about 50 would settle it" in effect.reason


def test_inconclusive_near_the_tolerance(kit: Any) -> None:
    effect = judged(kit, 0.015, (0.001, 0.0105), support=100)
    assert effect.verdict == "inconclusive"
    assert "within its error of the tolerance of 2.0 points: 100 rows, about 1,400 would settle it" in effect.reason
    on_it = judged(kit, 0.0199999, (0.001, 0.0121), support=100)
    assert "more than 100 times as many" in on_it.reason


def test_inconclusive_where_the_group_is_too_small(kit: Any) -> None:
    metric = "accuracy_disparity/race"
    measured = kit.pair(kit.gap(0.2, 0.001, 0.04, support=68), kit.gap(0.2, support=68), metric)
    effect = compare(measured, [kit.comparison(metric, Aspect.FAIRNESS)], {}).effects[0]
    assert effect.verdict == "inconclusive"
    assert effect.contrast == "black against white"
    assert "group too small: 68 rows, about 750 would settle it" in effect.reason


def test_inconclusive_where_the_direction_is_open(kit: Any) -> None:
    metric = "accuracy_disparity/race"
    measured = kit.pair(kit.gap(0.01, 0.001, 0.04), kit.gap(0.03, 0.001, 0.04), metric)
    effect = compare(measured, [kit.comparison(metric, Aspect.FAIRNESS)], {}).effects[0]
    assert "the direction of the gap is not settled" in effect.reason
    assert effect.low is not None and effect.high is not None
    assert effect.low <= -0.02 and effect.high >= 0.02


def test_identical_models_are_said_to_be_so(kit: Any) -> None:
    effect = judged(kit, 0.0, (0.0, 0.0), support=300)
    assert effect.verdict == "no_material_harm"
    assert (effect.low, effect.high, effect.adjusted_p) == (0.0, 0.0, 1.0)
    assert "0.0 points in every member and every row draw" in effect.reason
    assert "300 rows leave room for 1.0 points" in effect.reason


def test_nulls_of_attacks_are_worded_so(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.5, 0.001, 0.001), kit.plain(0.5), "membership_risk")
    effect = compare(measured, [kit.comparison("membership_risk", Aspect.PRIVACY)], {}).effects[0]
    assert effect.verdict == "no_material_harm"
    assert effect.reason.startswith("no harm found by this attack at this sample size: ")


def test_which_metrics_rest_on_an_attack() -> None:
    attacks = {kind().name for kind in (MembershipRisk, RobustAccuracy) if rests_on_attack(kind())}
    assert attacks == {"membership_risk", "robust_accuracy"}
    assert not any(rests_on_attack(kind()) for kind in (Accuracy, PrivacyBudget, MovableShare))


def test_collapse_comes_before_everything(kit: Any) -> None:
    why = {(kit.treated, "tuned"): "it decides 99.9 % of rows alike"}
    metric = "accuracy_disparity/race"
    comparison = kit.comparison(metric, Aspect.FAIRNESS)
    for treated in (kit.gap(0.3, 0.001, 0.001), NotMeasurable("no group")):
        effect = compare(kit.pair(treated, kit.gap(0.1), metric, collapse=why), [comparison], {}).effects[0]
        assert effect.verdict == "withheld"
        assert effect.reason == "dp_sgd collapsed: it decides 99.9 % of rows alike"
        assert (effect.estimate, effect.low, effect.adjusted_p) == (None, None, None)


def test_a_collapsed_baseline_withholds_too(kit: Any) -> None:
    metric = "accuracy_disparity/race"
    measured = kit.pair(kit.gap(0.3), kit.gap(0.0), metric, collapse={(kit.control, "tuned"): "one class"})
    effect = compare(measured, [kit.comparison(metric, Aspect.FAIRNESS)], {}).effects[0]
    assert effect.verdict == "withheld"
    assert effect.reason == "control collapsed: one class"


def test_utility_is_judged_although_the_treatment_collapsed(kit: Any) -> None:
    effect = judged(kit, 0.05, (0.004, 0.004), collapse={(kit.treated, "tuned"): "one class"})
    assert effect.verdict == "harm"


def test_not_measurable_keeps_its_reason(kit: Any) -> None:
    measured = kit.pair(NotMeasurable("no positive example"), kit.plain(0.8))
    effect = compare(measured, [kit.comparison()], {}).effects[0]
    assert effect.verdict == "not_measurable"
    assert effect.reason == "dp_sgd: no positive example"
    assert effect.estimate is None


def test_a_metric_nobody_measured(kit: Any) -> None:
    effect = compare(kit.measurements({}), [kit.comparison("brier")], {}).effects[0]
    assert effect.verdict == "not_measurable"
    assert "brier is not among the measured metrics" in effect.reason
