from interplay import catalogue
from interplay.aspects import DIRECTED_PAIRS, TRUST_ASPECTS, Aspect
from interplay.decision.mitigations import mitigations
from interplay.interventions import Mitigates

PAIRS = (*DIRECTED_PAIRS, *((source, Aspect.UTILITY) for source in TRUST_ASPECTS))


def declared() -> list[Mitigates]:
    return [use for kind in catalogue.interventions().values() for use in vars(kind).get("mitigates", ())]


def named(source: Aspect, target: Aspect) -> list[str]:
    return [each.intervention for each in mitigations(source, target)]


def test_what_an_intervention_declares_is_suggested_for_its_harm_and_for_no_other() -> None:
    suggested = [each for pair in PAIRS for each in mitigations(*pair) if each.intervention]
    assert len(suggested) == len(declared()) > 20
    assert "robust_conformal" in named(Aspect.UNCERTAINTY, Aspect.ROBUSTNESS)
    assert "robust_conformal" not in named(Aspect.PRIVACY, Aspect.FAIRNESS)


def test_a_variant_is_not_suggested_for_what_its_model_is_tried_against() -> None:
    assert {"dp_sgd", "group_clipping"} <= set(named(Aspect.PRIVACY, Aspect.FAIRNESS))
    assert not {"clipping_only", "noise_only"} & {name for pair in PAIRS for name in named(*pair)}


def test_every_harm_is_a_directed_pair_or_a_cost_in_utility_and_every_way_has_a_source() -> None:
    letters = {f"{source.letter}->{target.letter}" for source, target in PAIRS}
    assert {use.harm for use in declared()} <= letters
    assert all(each.text and each.reference for pair in PAIRS for each in mitigations(*pair))


def test_ideas_that_are_not_in_the_catalogue_come_last_and_name_none() -> None:
    assert named(Aspect.ROBUSTNESS, Aspect.UNCERTAINTY) == ["class_conformal", ""]
    assert named(Aspect.FAIRNESS, Aspect.UTILITY) == []
