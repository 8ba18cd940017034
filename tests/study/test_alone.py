"""An intervention that a study lists alone: trained by itself, compared, never crossed and never chosen."""

from dataclasses import replace

import pytest
from tests.measurement.worlds import bank, ready

from interplay import catalogue
from interplay.design.asked import asked
from interplay.design.candidates import candidates
from interplay.design.contexts import comparisons, metrics_for
from interplay.design.factors import factors, trained
from interplay.design.guarantees import never_chosen
from interplay.design.settings import Settings, settle
from interplay.errors import RefusedCombination, StudyError
from interplay.study import Study
from interplay.study.check import check
from interplay.study.digest import digest


def study(*listed, alone=()):
    sections = [{"name": name, "alone": name in alone} for name in listed]
    given = {"name": "x", "data": {"source": "mortgage"}, "groups": {"attributes": {"race": {}}}}
    return Study.model_validate({**given, "interventions": sections})


def test_it_is_trained_by_itself_and_is_no_candidate():
    built = factors(study("dp_sgd", "group_clipping", "reweighing", "group_thresholds", alone=("dp_sgd",)))
    names = [one.name for one in trained(built)]
    assert names == ["control", "reweighing", "group_clipping", "reweighing + group_clipping", "dp_sgd"]
    assert not any("dp_sgd" in one.interventions for one in candidates(built))
    reasons = {one.name: never_chosen(built, one) for one in trained(built)}
    assert reasons.pop("dp_sgd") == "listed with alone = true, for comparison" and not any(reasons.values())


def test_what_takes_its_place_is_held_against_it():
    built = factors(study("dp_sgd", "group_clipping", alone=("dp_sgd",)))
    planned = comparisons(built, metrics_for(("race",)), asked(built))
    held = {
        (one.metric, one.probe, one.control_of) for one in planned if one.baseline and one.baseline.name == "dp_sgd"
    }
    assert held == {
        ("accuracy_disparity/race", "privacy_to_fairness/norms by group", "group_clipping"),
        ("group_memorisation/race", "fairness_to_privacy/membership under norms by group", ""),
    }


def test_two_of_a_phase_may_be_listed_where_one_is_alone():
    for pair in (("dp_sgd", "group_clipping"), ("adversarial_training", "trades"), ("dp_sgd", "parity_penalty")):
        with pytest.raises(RefusedCombination):
            _checked(study(*pair))
        for one in pair:
            _checked(study(*pair, alone=(one,)))


def test_layers_are_never_alone():
    with pytest.raises(StudyError, match="'split_conformal', which acts on trained models"):
        _checked(study("split_conformal", alone=("split_conformal",)))


def test_a_study_that_lists_nothing_alone_has_the_hash_it_had():
    plain = study("dp_sgd")
    assert digest(plain).startswith("5429522764f59936")
    assert digest(plain) != digest(study("dp_sgd", alone=("dp_sgd",)))


def test_settings_found_from_the_data_leave_it_alone():
    design = ready(bank(rows=400), "dp_sgd").design
    listed = replace(design.factors, listed_alone=frozenset({"dp_sgd"}))
    found = settle(replace(design, factors=listed), Settings(parameters={"dp_sgd": {"max_grad_norm": 0.3}}))
    assert found.factors.alone == ("dp_sgd",) and found.factors.training["dp_sgd"].max_grad_norm == 0.3


def _checked(given):
    check(given, catalogue.metrics(), catalogue.interventions(), "the study")
