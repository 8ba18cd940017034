"""The decision as an audit lists it, from decisions with known answers."""

import json

import pytest

from interplay.aspects import Aspect
from interplay.auditing.parts.decided import decided
from interplay.decision.decide import decide
from interplay.decision.mitigations import mitigations, to_try
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.report.validation import validate
from interplay.study.model import LimitSection, PrioritiesSection
from tests.decision.conftest import METRICS, Kit
from tests.report import sample as samples

CONTROL, PRIVATE = Treatment(), Treatment(("dp_sgd",))
EXPOSURE, OPPORTUNITY = "membership_exposure", "equal_opportunity_difference/race"
CELLS = {
    ("control", OPPORTUNITY): 0.02,
    ("dp_sgd", OPPORTUNITY): 0.10,
    ("control", EXPOSURE): 0.10,
    ("dp_sgd", EXPOSURE): 0.01,
}


def made(*limits):
    """The control and DP-SGD, which harms equal opportunity, under privacy first."""
    measured = Kit().measurements(CELLS)
    planned = [
        Comparison(PRIVATE, CONTROL, key, key, ("dp_sgd",), (Aspect.PRIVACY,), METRICS[key].aspect, "pair/probe", True)
        for key in (OPPORTUNITY, EXPOSURE)
    ]
    effects = compare(measured, planned, {})
    ranking = (Aspect.PRIVACY, Aspect.FAIRNESS)
    decision = decide(
        [CONTROL, PRIVATE],
        measured,
        PrioritiesSection(ranking=ranking, set_by="the board"),
        limits,
        {},
        effects=effects,
    )
    return decision, effects


def listed(*limits):
    decision, effects = made(*limits)
    return decided(decision, effects)


def test_it_is_json_and_follows_the_schema():
    for limits in ((), (LimitSection(metric=OPPORTUNITY, at_most=0.001),)):
        audit = samples.sample()
        found = listed(*limits)
        assert json.loads(json.dumps(found)) == found
        audit["decision"] = found
        validate(audit)


def test_the_winner_its_harm_and_what_to_try():
    found = listed()
    assert (found["treatment"], found["stability"]) == ("dp_sgd", 1.0)
    assert [(one["treatment"], one["count"]) for one in found["orders"]] == [("control", 1), ("dp_sgd", 1)]
    assert found["flips"] == [{"change": "fairness ranked above privacy", "treatment": "control"}]
    assert found["runner_up"]["treatment"] == "control" and found["runner_up"]["decided_at"] == "privacy"
    assert {one["treatment"]: one["probability"] for one in found["pareto"]} == {"control": 1.0, "dp_sgd": 1.0}
    (harm,) = found["residual"]
    assert harm["effects"] == [0] and "dp_sgd on equal_opportunity_difference/race" in harm["sentence"]
    tried = [one["text"] for one in found["mitigations"]]
    assert tried == [each.text for each in mitigations(Aspect.PRIVACY, Aspect.FAIRNESS)]


def test_which_limit_keeps_a_candidate_out_alone():
    found = listed(LimitSection(metric=OPPORTUNITY, at_most=0.05))
    assert found["treatment"] == "control"
    (through,) = found["let_through"]
    assert (through["treatment"], through["metric"], through["declared"]) == ("dp_sgd", OPPORTUNITY, 0.05)
    assert through["needed"] == pytest.approx(0.107, abs=0.003)
    assert listed(LimitSection(metric=OPPORTUNITY, at_most=through["needed"]))["treatment"] == "dp_sgd"
    both = listed(LimitSection(metric=OPPORTUNITY, at_most=0.05), LimitSection(metric=EXPOSURE, at_most=0.001))
    assert (both["treatment"], [one["treatment"] for one in both["let_through"]]) == (None, ["control"])


def test_nothing_admissible():
    found = listed(LimitSection(metric=OPPORTUNITY, at_most=0.001))
    assert (found["treatment"], found["runner_up"], found["orders"]) == (None, None, [])
    (relaxed,) = found["relaxations"]
    assert (relaxed["treatment"], relaxed["alone_enough"]) == ("control", True)
    assert {(one["source"], one["target"]) for one in found["mitigations"]} == {("privacy", "fairness")}
    decision, effects = made(LimitSection(metric=EXPOSURE, at_most=0.001))
    assert set(to_try(decision, effects.effects)) == {(Aspect.PRIVACY, Aspect.FAIRNESS)}
    assert to_try(decision, ()) == {}
