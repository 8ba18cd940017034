"""Priorities that nobody has set: everything is compared, and nothing is recommended."""

from typing import Any

import pytest

from interplay.decision import Decision
from interplay.decision.decision import WHY_UNRESOLVED
from interplay.decision.mitigations import to_try
from interplay.study.model import LimitSection


@pytest.mark.parametrize("nobody", ["", "  "])
def test_without_somebody_who_set_them_nothing_is_chosen(kit: Any, nobody: str) -> None:
    decision = kit.decide(kit.two_sided(), set_by=nobody)
    assert (decision.treatment, decision.unresolved) == (None, "priorities_not_set")
    assert decision.reasons[0] == WHY_UNRESOLVED["priorities_not_set"]
    assert any("set_by" in reason for reason in decision.reasons)
    assert kit.decide(kit.two_sided(), set_by="the board").unresolved is None


def test_what_a_ranking_would_say_is_left_out_and_the_rest_is_told(kit: Any) -> None:
    signed, unset = (kit.decide(kit.two_sided(), set_by=by) for by in ("the board", ""))
    of_a_ranking = (unset.runner_up, unset.flips, unset.tolerance_flips, unset.limit_flips, unset.open_questions)
    assert of_a_ranking == (None, (), (), (), ())
    assert (unset.residual, unset.rejected, unset.stability) == ((), (), None)
    assert (unset.pareto, unset.limits) == (signed.pareto, signed.limits)
    assert {one.treatment.name: one.count for one in unset.orders} == {"reweighing": 2, "dp_sgd": 2, "control": 2}
    assert to_try(unset, ()) == {}


def test_limits_still_bar_and_one_that_nobody_keeps_is_the_reason(kit: Any) -> None:
    limit = LimitSection(metric="balanced_accuracy", at_least=0.87)
    decision = kit.decide(kit.two_sided(), limits=[limit], set_by="")
    assert {one.treatment.name: one.step for one in decision.rejected} == {"reweighing": "limit", "dp_sgd": "limit"}
    assert (decision.treatment, [one.treatment.name for one in decision.orders]) == (None, ["control"])
    hopeless = kit.decide(kit.two_sided(), limits=[LimitSection(metric="balanced_accuracy", at_least=0.99)], set_by="")
    assert hopeless.unresolved == "nothing_admissible"
    assert hopeless.relaxations and not hopeless.limit_flips and not hopeless.open_questions


def test_the_reason_is_written_and_read_back(kit: Any) -> None:
    decision = kit.decide(kit.two_sided(), set_by="")
    assert Decision.from_json(decision.to_json()) == decision


def test_where_nothing_beats_a_constant_model_nothing_is_recommended(kit: Any) -> None:
    """Planted: the control collapsed, and the rest hardly says more than a constant model."""
    cells = {**kit.two_sided(), ("reweighing", "balanced_accuracy"): 0.513, ("dp_sgd", "balanced_accuracy"): 0.508}
    why = {"control": "99 % of the rows get the same decision"}
    useless = kit.decide(cells, collapse=why, constant={"balanced_accuracy": 0.5})
    assert (useless.treatment, useless.unresolved) == (None, "nothing_learned")
    assert useless.reasons[0] == WHY_UNRESOLVED["nothing_learned"]
    reasons = {one.treatment.name: one.reason for one in useless.rejected}
    assert "0.513" in reasons["reweighing"] and "constant model" in reasons["reweighing"]
    cells[("reweighing", "balanced_accuracy")] = 0.7
    useful = kit.decide(cells, collapse=why, constant={"balanced_accuracy": 0.5})
    assert useful.treatment == kit.named("reweighing")
