from interplay import catalogue
from interplay.aspects import DIRECTED_PAIRS, TRUST_ASPECTS, Aspect
from interplay.decision.mitigations import MITIGATIONS, told


def test_what_is_said_to_exist_exists_and_acts_for_a_trust_aspect() -> None:
    named = {one.intervention for found in MITIGATIONS.values() for one in found if one.intervention}
    assert named <= set(catalogue.interventions())
    assert {"dp_sgd", "group_thresholds", "group_conformal"} <= named


def test_what_was_written_against_a_harm_is_suggested_where_it_is_found():
    assert "robust_conformal" in told(Aspect.UNCERTAINTY, Aspect.ROBUSTNESS)
    assert "group_clipping" in told(Aspect.PRIVACY, Aspect.FAIRNESS)


def test_every_mitigation_belongs_to_a_directed_pair_or_a_cost_in_utility_and_has_a_source() -> None:
    assert set(MITIGATIONS) <= {*DIRECTED_PAIRS, *((source, Aspect.UTILITY) for source in TRUST_ASPECTS)}
    assert all(one.text and one.reference for found in MITIGATIONS.values() for one in found)


def test_ideas_that_are_not_there_are_said_to_be_so() -> None:
    assert "not in the catalogue" in told(Aspect.ROBUSTNESS, Aspect.UNCERTAINTY)
    assert told(Aspect.FAIRNESS, Aspect.UTILITY) == ""
