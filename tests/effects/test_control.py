from typing import Any

import numpy as np
import pytest

from interplay.aspects import Aspect
from interplay.effects.compare import compare
from interplay.effects.results import Effects
from interplay.estimates import NotMeasurable, Sample
from interplay.statistics.group_sequential import Looks


def audited(kit: Any, risk: Sample | NotMeasurable, **more: Any) -> Effects:
    """DP-SGD leaves accuracy alone; its positive control is the membership risk (.57 in the control, tolerance .02)."""
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8, 0.001, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "membership_risk"): risk,
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
    }
    planned = [kit.comparison(), kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd")]
    return compare(kit.measurements(cells, **more), planned, {})


def test_a_passed_control_leaves_the_verdict(kit: Any) -> None:
    found = audited(kit, kit.plain(0.51, 0.002, 0.002))
    assert found.controls["dp_sgd"].passed is True
    assert found.controls["dp_sgd"].estimate == pytest.approx(-0.06)
    assert found.effects[0].verdict == "no_material_harm"
    assert found.controls["dp_sgd"].sentence.startswith(
        "dp_sgd improves membership risk (LiRA) by more than the tolerance of .020: .060 lower (.0"
    )


def test_a_failed_control_means_it_did_nothing_here(kit: Any) -> None:
    found = audited(kit, kit.plain(0.565, 0.002, 0.002))
    assert found.controls["dp_sgd"].passed is False
    assert [effect.verdict for effect in found.effects] == ["did_nothing_here", "did_nothing_here"]
    assert found.effects[0].reason.startswith("did nothing here: dp_sgd is not shown to improve")


def test_a_failed_control_does_not_hide_harm(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.7, 0.001, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.57, 0.001),
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
    }
    planned = [kit.comparison(), kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd")]
    found = compare(kit.measurements(cells), planned, {})
    assert found.controls["dp_sgd"].passed is False
    assert found.effects[0].verdict == "harm"


def test_one_improved_comparison_is_enough(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.9, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.57, 0.001),
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
    }
    planned = [
        kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd"),
        kit.comparison(control_of="dp_sgd"),
    ]
    found = compare(kit.measurements(cells), planned, {})
    assert found.controls["dp_sgd"].passed is True
    assert found.controls["dp_sgd"].metric == "accuracy"
    assert found.effects[0].verdict == "no_material_harm"


def test_a_control_that_could_not_be_seen_is_said(kit: Any) -> None:
    found = audited(kit, NotMeasurable("too few scored rows"))
    assert found.controls["dp_sgd"].passed is None
    assert found.effects[0].verdict == "not_shown_to_work"
    assert found.effects[0].reason.startswith(
        "not shown to work: whether dp_sgd helps its own aspect could not be seen"
    )
    assert "could not be seen (dp_sgd: too few scored rows)" in found.effects[0].reason


def test_the_control_of_a_collapsed_treatment_is_not_read(kit: Any) -> None:
    found = audited(kit, kit.plain(0.50, 0.001), collapse={(kit.treated, "tuned"): "one class"})
    assert found.controls["dp_sgd"].passed is None
    assert "dp_sgd collapsed: one class" in found.controls["dp_sgd"].sentence


def test_of_two_applied_interventions_one_that_works_is_enough(kit: Any) -> None:
    both = {"applied": ("reweighing", "dp_sgd")}
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.51, 0.001),
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
    }
    planned = [
        kit.comparison(**both),
        kit.comparison(control_of="reweighing"),
        kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd"),
    ]
    found = compare(kit.measurements(cells), planned, {})
    assert {name: control.passed for name, control in found.controls.items()} == {"reweighing": False, "dp_sgd": True}
    assert found.effects[0].verdict == "no_material_harm"
    assert "reweighing is not shown to improve" in found.effects[0].reason


def test_an_intervention_that_nothing_looks_at_is_not_shown_to_work(kit: Any) -> None:
    measured = kit.pair(kit.plain(0.8, 0.001, 0.001), kit.plain(0.8))
    found = compare(measured, [kit.comparison()], {}, interventions=("dp_sgd",))
    assert found.controls["dp_sgd"].passed is None
    assert found.effects[0].verdict == "not_shown_to_work"
    assert "the study compares nothing that would show it" in found.effects[0].reason


def test_one_that_failed_beside_one_that_could_not_be_seen_is_not_shown_to_work(kit: Any) -> None:
    cells = {
        (kit.treated, "tuned", "accuracy"): kit.plain(0.8, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
    }
    planned = [kit.comparison(applied=("reweighing", "dp_sgd")), kit.comparison(control_of="dp_sgd")]
    found = compare(kit.measurements(cells), planned, {}, interventions=("reweighing", "dp_sgd"))
    assert {name: control.passed for name, control in found.controls.items()} == {"dp_sgd": False, "reweighing": None}
    assert found.effects[0].verdict == "not_shown_to_work"


def _improved(kit: Any, accuracy: Sample, risk: Sample) -> dict[Any, Any]:
    return {
        (kit.treated, "tuned", "accuracy"): accuracy,
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
        (kit.treated, "tuned", "membership_risk"): risk,
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
    }


def _looked_at_twice(kit: Any) -> list[Any]:
    risk = kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd")
    return [risk, kit.comparison(control_of="dp_sgd")]


def test_the_bounds_of_a_control_hold_for_all_its_comparisons(kit: Any) -> None:
    """An improvement that one comparison alone would show is not shown as the better one of two."""
    cells = kit.measurements(_improved(kit, kit.plain(0.8, 0.001), kit.plain(0.57 - 0.0295, 0.005)))
    alone, both = (
        compare(cells, planned, {}).controls["dp_sgd"] for planned in (_looked_at_twice(kit)[:1], _looked_at_twice(kit))
    )
    assert (alone.passed, alone.tests, both.passed, both.tests) == (True, 1, False, 2)
    assert alone.estimate == both.estimate and both.high > -0.02 > alone.high
    # 2.365 is Student's t at 2.5 % with 7 degrees of freedom, 1.895 the one at 5 %.
    assert (both.high - both.estimate) / (alone.high - alone.estimate) == pytest.approx(2.365 / 1.895, rel=0.01)
    looked = compare(cells, _looked_at_twice(kit)[:1], {}, Looks((8, 16))).controls["dp_sgd"]
    assert looked.high > alone.high, "more looks make it stricter too"


def test_a_control_rarely_passes_where_nothing_helps_by_more_than_the_tolerance(kit: Any) -> None:
    """Both metrics improve by exactly the tolerance: the better one of two may pass in one of twenty audits, not in two."""
    random = np.random.default_rng(5)

    def drawn(mean: float) -> Sample:
        values = mean + 0.02 * random.standard_normal((8, 1)) + np.zeros(61)
        return Sample(values + np.r_[0.0, 1e-9 * random.standard_normal(60)], 400)

    passed = [
        compare(kit.measurements(_improved(kit, drawn(0.82), drawn(0.55))), _looked_at_twice(kit), {})
        .controls["dp_sgd"]
        .passed
        for _ in range(400)
    ]
    assert 0.01 < np.mean(passed) < 0.075
