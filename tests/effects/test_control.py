from typing import Any

import pytest

from interplay.aspects import Aspect
from interplay.effects.compare import compare
from interplay.effects.results import Effects
from interplay.estimates import NotMeasurable, Sample


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
    assert "dp_sgd improves" in found.controls["dp_sgd"].sentence


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
    assert found.effects[0].verdict == "no_material_harm"
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
