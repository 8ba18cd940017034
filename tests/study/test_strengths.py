"""Strengths in a study: what is planned for them, and what is refused."""

import pytest

import interplay as ip
from interplay import catalogue
from interplay.design.candidates import candidates
from interplay.design.contexts import comparisons, metrics_for
from interplay.design.factors import factorial, factors, layered, trained
from interplay.design.strength_ladder import ladders
from interplay.errors import StudyError
from interplay.study.check import check
from interplay.study.digest import digest
from interplay.study.dump import from_json, to_json


def study(strengths, name="dp_sgd", parameters=None, *others):
    section = ip.InterventionSection(name=name, parameters=parameters or {}, strengths=strengths)
    more = tuple(ip.InterventionSection(name=other) for other in others)
    return ip.Study(name="some", data=ip.DataSection(source="mortgage"), interventions=(section, *more))


BUDGETS = {"privacy_epsilon": [1, 3, 8, 32]}


def test_each_other_strength_is_one_more_treatment_with_that_intervention_alone():
    built = factors(study(BUDGETS, "dp_sgd", None, "reweighing", "release_explanations", "group_thresholds"))
    extra = [one.name for one in trained(built)[4:]]
    assert extra == [f"dp_sgd privacy_epsilon={value}" for value in (1, 3, 32)], "8 is what the study sets anyway"
    assert trained(built)[:4] == factorial(built)
    assert built.known[extra[0]].privacy_epsilon == 1.0
    assert extra[0] not in built.all
    on_top = {one.name for one in layered(built)}
    assert "dp_sgd privacy_epsilon=1 + release_explanations" in on_top
    assert "dp_sgd privacy_epsilon=1 + group_thresholds" not in on_top
    (ladder,) = ladders(built)
    assert {value: one.name for value, one in ladder.treatments.items()} == {
        1.0: extra[0], 3.0: extra[1], 8.0: "dp_sgd", 32.0: extra[2],
    }  # fmt: skip


def test_they_are_compared_with_the_control_and_are_no_candidates():
    built = factors(study(BUDGETS, "dp_sgd", None, "release_explanations"))
    metrics = metrics_for(("race",))
    found = [one for one in comparisons(built, metrics, catalogue.interactions()) if "=" in one.treatment.name]
    assert found and not any(one.probe or one.primary for one in found), "all are secondary"
    assert {one.baseline.name for one in found} == {"control", "release_explanations"}
    assert {one.source for one in found} == {built.training["dp_sgd"].aspects}
    assert not [one for one in candidates(built) if "=" in one.name]


def test_whole_numbers_stay_whole():
    built = factors(study({"attack_steps": [3, 20]}, "adversarial_training"))
    assert [one.intervention.attack_steps for one in built.strengths.values()] == [3, 20]
    assert all(isinstance(one.intervention.attack_steps, int) for one in built.strengths.values())


def test_the_digest_and_the_round_trip_know_them():
    assert len({digest(study({})), digest(study(BUDGETS)), digest(study({"privacy_epsilon": [1, 3]}))}) == 3
    assert from_json(to_json(study(BUDGETS))) == study(BUDGETS)


@pytest.mark.parametrize(
    ("name", "strengths", "said"),
    [
        ("dp_sgd", {"privacy_epsilom": [1]}, "a parameter of dp_sgd that is a number, found 'privacy_epsilom'"),
        ("adversarial_training", {"clean_copy": [1]}, "a number, found 'clean_copy'"),
        ("dp_sgd", {"privacy_epsilon": []}, "at least one strength, found an empty list"),
        ("dp_sgd", {"privacy_epsilon": [1, 2, 1.0]}, "every strength once, found 1 2 times"),
        ("adversarial_training", {"attack_steps": [2.5]}, "a whole number for attack_steps, found 2.5"),
        ("split_conformal", {"miscoverage": [0.1]}, "'split_conformal', which acts on trained models"),
        ("group_thresholds", {"criterion": [1]}, "'group_thresholds', which acts on trained models"),
        ("reweighing", {"share": [1]}, "a parameter of reweighing that is a number, found 'share'"),
    ],
)
def test_what_is_refused(name, strengths, said):
    with pytest.raises(StudyError) as error:
        check(study(strengths, name), catalogue.metrics(), catalogue.interventions(), "the study")
    assert said in str(error.value)
    assert "strengths" in error.value.where and error.value.remedy


def test_a_budget_that_the_noise_overrules_is_refused():
    declared = study(BUDGETS, parameters={"noise_multiplier": 2.0})
    with pytest.raises(StudyError, match="noise_multiplier, which is given and overrules it"):
        check(declared, catalogue.metrics(), catalogue.interventions(), "the study")


def test_a_study_with_strengths_passes():
    check(study(BUDGETS), catalogue.metrics(), catalogue.interventions(), "the study")
