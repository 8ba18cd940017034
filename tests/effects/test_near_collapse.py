"""Treatments that hardly beat a constant model: what they seem to improve is withheld, what they harm is not."""

from dataclasses import replace
from typing import Any

import pytest

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.near_collapse import nearly_collapsed
from interplay.effects.results import Effects

BALANCED = "balanced_accuracy"


def measured(kit: Any, treated: float, error: float = 0.002, constant: float = 0.5) -> Any:
    """DP-SGD halves the membership risk, says the same as the control in the mean, and widens a gap."""
    cells = {
        (kit.treated, "tuned", BALANCED): kit.plain(treated, error, error),
        (kit.control, "tuned", BALANCED): kit.plain(0.7),
        (kit.treated, "tuned", "membership_risk"): kit.plain(0.51, 0.002, 0.002),
        (kit.control, "tuned", "membership_risk"): kit.plain(0.57),
        (kit.treated, "tuned", "accuracy"): kit.plain(0.9, 0.001, 0.001),
        (kit.control, "tuned", "accuracy"): kit.plain(0.8),
    }
    return replace(kit.measurements(cells), constant={BALANCED: constant})


def judged(kit: Any, treated: float, **more: float) -> Effects:
    planned = [
        kit.comparison("accuracy"),
        kit.comparison("membership_risk", Aspect.PRIVACY, control_of="dp_sgd"),
        kit.comparison(BALANCED),
    ]
    return compare(measured(kit, treated, **more), planned, {})


def test_improvements_are_withheld_utility_included_and_harms_are_not(kit: Any) -> None:
    found = judged(kit, 0.512)
    verdicts = {effect.metric: effect.verdict for effect in found.effects}
    assert verdicts == {"accuracy": "withheld", "membership_risk": "withheld", BALANCED: "harm"}
    reason = found.effects[0].reason
    assert reason.startswith("dp_sgd nearly collapsed: its balanced accuracy is 0.512")
    assert "0.500 of a constant model by more than 0.02" in reason and "10.0 points higher" in reason


def test_its_positive_control_could_not_be_seen(kit: Any) -> None:
    control = judged(kit, 0.512).controls["dp_sgd"]
    assert control.passed is None and "nearly collapsed" in control.sentence


def test_a_treatment_that_beats_a_constant_model_is_judged_as_ever(kit: Any) -> None:
    found = judged(kit, 0.69)
    assert {effect.metric: effect.verdict for effect in found.effects} == {
        "accuracy": "improvement",
        "membership_risk": "improvement",
        BALANCED: "no_material_harm",
    }
    assert found.controls["dp_sgd"].passed is True


@pytest.mark.parametrize(
    ("level", "error", "tolerance", "nearly"),
    [
        (0.53, 0.001, 0.02, False),  # shown to lie above .52
        (0.53, 0.02, 0.02, True),  # the same level, not shown
        (0.53, 0.001, 0.05, True),  # within a declared tolerance
        (0.50, 0.0, 0.02, True),
    ],
)
def test_what_counts_is_what_is_shown(kit: Any, level: float, error: float, tolerance: float, nearly: bool) -> None:
    found = nearly_collapsed(measured(kit, level, error), kit.treated, "tuned", {BALANCED: tolerance})
    assert bool(found) is nearly


def test_a_release_on_top_is_as_nearly_collapsed_as_its_model(kit: Any) -> None:
    on_top = Treatment((*kit.treated.interventions, "split_conformal"))
    assert nearly_collapsed(measured(kit, 0.505), on_top, "tuned", {})
    assert not nearly_collapsed(measured(kit, 0.69), on_top, "tuned", {})


def test_with_more_classes_the_constant_is_theirs(kit: Any) -> None:
    assert not nearly_collapsed(measured(kit, 0.4, constant=0.25), kit.treated, "tuned", {})


def test_nothing_is_claimed_where_no_constant_is_known(kit: Any) -> None:
    assert nearly_collapsed(replace(measured(kit, 0.5), constant={}), kit.treated, "tuned", {}) == ""
