"""Which interactions a study touches, which probes will run, and how a result stands to what was expected."""

from collections.abc import Sequence
from itertools import product
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interplay import catalogue
from interplay.aspects import DIRECTED_PAIRS, Aspect
from interplay.auditing.parts.forecast import agreement, outlined, surprises
from interplay.design.asked import asked
from interplay.design.contexts import comparisons, metrics_for
from interplay.design.factors import Factors, factors
from interplay.design.forecast import Forecast, ForecastCell, forecast
from interplay.effects.effect import Verdict
from interplay.effects.matrix import PairOutcome
from interplay.interactions import Probe
from interplay.study import Study

NAMES = sorted(catalogue.interventions())
STANDING_IN = (name for name, kind in catalogue.interventions().items() if kind.stands_in_for)
ALIKE = {"parity_penalty", "trades", "noisy_copies", "group_clipping", *STANDING_IN}
"""Interventions that act on no model together with others, and are left out of the drawn sets."""


def _factors(names: Sequence[str]) -> Factors:
    sections = [{"name": name} for name in names]
    declared = {"data": {"source": "mortgage"}, "groups": {"attributes": {"race": {}}}}
    return factors(Study.model_validate({"name": "x", "interventions": sections, **declared}))


def _forecast(*names: str, groupings: tuple[str, ...] = ("race",)) -> Forecast:
    built = _factors(names)
    interactions = asked(built)
    compared = comparisons(built, metrics_for(groupings), interactions)
    return forecast(built.all, compared, interactions, "0" * 64)


def _cell(found: Forecast, source: str, target: str) -> ForecastCell:
    return next(one for one in found.cells if (one.source.value, one.target.value) == (source, target))


def _obstacles(cell: ForecastCell) -> dict[str, str]:
    return {probe.name: probe.obstacle for probe in cell.probes}


def test_a_pair_is_active_when_the_study_applies_something_for_its_source() -> None:
    found = _forecast("dp_sgd")
    assert [(one.source, one.target) for one in found.cells] == list(DIRECTED_PAIRS)
    assert {one.source for one in found.cells if one.active} == {Aspect.PRIVACY}
    assert _cell(found, "privacy", "fairness").techniques == ("dp_sgd",)
    assert not any(one.active for one in _forecast().cells)


def test_an_intervention_for_two_aspects_makes_both_active() -> None:
    assert {one.source for one in _forecast("group_conformal").cells if one.active} == set(
        catalogue.interventions()["group_conformal"].aspects
    )


def test_a_probe_says_what_it_lacks() -> None:
    found = _forecast("dp_sgd")
    assert _obstacles(_cell(found, "privacy", "explainability"))["fidelity"] == (
        "the study does not list release_explanations"
    )
    assert _obstacles(_cell(found, "robustness", "privacy"))["confident membership"] == (
        "the study does not list adversarial_training or trades or noisy_copies"
    )
    assert _obstacles(_cell(found, "fairness", "uncertainty"))["set size"] == (
        "the study does not list group_conformal and split_conformal"
    )
    assert _obstacles(_cell(found, "privacy", "fairness"))["removing the exposed"] == (
        "the study does not list removed_exposed and removed_random"
    )
    noise = _obstacles(_cell(found, "privacy", "explainability"))["noise in the explanation"]
    assert noise.startswith("not yet measurable: ")
    alone = _cell(_forecast("dp_sgd", groupings=()), "privacy", "fairness")
    assert _obstacles(alone)["accuracy disparity"] == "the study declares no groups to compare"
    assert alone.active
    assert not alone.measured


def test_what_a_pair_expects_is_what_its_leading_probes_agree_on() -> None:
    everything = _forecast("dp_sgd", "split_conformal", "adversarial_training", "release_explanations", "reweighing")
    expected = {
        ("privacy", "fairness"): "harm",
        ("privacy", "robustness"): "either",
        ("privacy", "uncertainty"): "either",
        ("fairness", "privacy"): "either",
        ("robustness", "uncertainty"): "harm",
        ("robustness", "explainability"): "either",
    }
    assert {pair: _cell(everything, *pair).expects for pair in expected} == expected
    assert [probe.name for probe in _cell(everything, "privacy", "fairness").leading] == [
        "accuracy disparity",
        "equal opportunity",
    ]


def test_an_improvement_is_expected_where_the_literature_has_one() -> None:
    probes = _cell(_forecast("adversarial_training"), "robustness", "uncertainty").probes
    assert [probe.name for probe in probes if probe.expects == "improvement"] == ["varying sets under attack"]


@settings(deadline=None)
@given(st.sets(st.sampled_from([name for name in NAMES if name not in ALIKE])))
def test_a_probe_runs_exactly_when_it_has_what_it_needs(names: set[str]) -> None:
    found = _forecast(*sorted(names))
    for cell in found.cells:
        probes = catalogue.interactions()[f"{cell.source.value}_to_{cell.target.value}"].probes
        for probe, expected in zip(probes, cell.probes, strict=True):
            possible = isinstance(probe, Probe) and any(
                {name, *probe.context, *probe.replaces} <= names for name in probe.interventions
            )
            assert expected.runs == possible
            assert expected.expects == probe.expects
        assert not cell.measured or cell.active


def test_a_probe_of_explanations_is_asked_of_whichever_are_released() -> None:
    for name in ("release_explanations", "integrated_gradients", "shapley_values"):
        found = _forecast("dp_sgd", name)
        assert [probe.name for probe in _cell(found, "explainability", "privacy").probes if probe.runs]
        assert any(probe.runs for probe in _cell(found, "privacy", "explainability").probes)


def test_it_survives_its_file() -> None:
    found = _forecast("dp_sgd", "split_conformal")
    assert Forecast.from_json(found.to_json()) == found
    with pytest.raises(ValueError, match="digest"):
        Forecast.from_json("{}")


@pytest.mark.parametrize(
    ("expects", "found", "stands"),
    [
        ("harm", "harm", "as_expected"),
        ("harm", "harm_undetermined", "open"),
        ("harm", "no_material_harm", "surprise"),
        ("harm", "improvement", "surprise"),
        ("harm", "inconclusive", "open"),
        ("harm", "did_nothing_here", "open"),
        ("harm", "withheld", "not_measured"),
        ("harm", None, "not_measured"),
        ("improvement", "improvement", "as_expected"),
        ("improvement", "harm_undetermined", "surprise"),
        ("improvement", "no_material_harm", "surprise"),
        ("either", "harm", "no_direction"),
        ("either", "no_material_harm", "no_direction"),
        ("either", "inconclusive", "open"),
        ("either", "not_yet_measurable", "not_measured"),
    ],
)
def test_how_a_result_stands_to_what_was_expected(expects: str, found: str | None, stands: str) -> None:
    assert agreement(expects, found) == stands  # type: ignore[arg-type]


def test_every_verdict_stands_somehow() -> None:
    for expects, verdict in product(("harm", "improvement", "either"), {*get_args(Verdict), *get_args(PairOutcome)}):
        assert agreement(expects, verdict)  # type: ignore[arg-type]


def test_surprises_are_counted_in_one_sentence() -> None:
    kinds = (("harm", "as_expected"), ("harm", "surprise"), ("harm", "surprise"), ("either", "no_direction"))
    kinds += (("improvement", "open"), ("harm", "not_measured"))
    probes = [{"expects": expects, "agreement": kind} for expects, kind in kinds]
    assert surprises([{"probes": probes[:3]}, {"probes": probes[3:]}]) == (
        "of 4 measured probes with an expected direction, 1 found what the literature expects, 2 found something else "
        "and 1 stay open; for 1 more the literature gives no direction"
    )


def test_the_plan_lists_what_is_active_and_what_is_not() -> None:
    lines = outlined(_forecast("dp_sgd", "group_thresholds"))
    assert lines[0].startswith("8 of 20 interactions are active, 5 of them measured")
    assert any(
        line.startswith("- P -> F    harm        accuracy disparity (harm), equal opportunity (harm)") for line in lines
    )
    assert any("unequal protection (either)" in line for line in lines)
    assert any(
        line.startswith("- P -> R    either      ranking under attack (either), robust accuracy") for line in lines
    )
    assert "- P -> E    harm        not measured: the study does not list release_explanations" in lines
    assert lines[-1].startswith("- not active: R -> F, R -> P")
    assert any("UQ -> P" in line and "membership from sets" in line for line in outlined(_forecast("split_conformal")))


def _seen_by(built: Factors, grouping: str | None) -> dict[str, set[str]]:
    asked = comparisons(built, metrics_for(("sex", "race")), catalogue.interactions(), grouping)
    return {name: {one.metric for one in asked if one.control_of == name} for name in built.all}


def test_a_fairness_control_is_seen_on_the_grouping_it_acts_on() -> None:
    built = _factors(["reweighing", "group_thresholds", "dp_sgd", "split_conformal", "group_conformal"])
    found = _seen_by(built, "race")
    assert found["reweighing"] == {"demographic_parity_difference/race", "equal_opportunity_difference/race"}
    assert found["group_conformal"] == {"coverage_disparity/race"}
    assert found["dp_sgd"] == {"membership_risk", "membership_exposure"}
    assert "demographic_parity_difference/sex" in _seen_by(built, None)["reweighing"]


@pytest.mark.parametrize("criterion", ["demographic_parity", "equal_opportunity"])
def test_the_control_of_group_thresholds_is_the_rate_they_equalise(criterion: str) -> None:
    sections = [{"name": "group_thresholds", "parameters": {"criterion": criterion}}]
    study = Study.model_validate({"name": "x", "data": {"source": "mortgage"}, "interventions": sections})
    assert _seen_by(factors(study), "race")["group_thresholds"] == {f"{criterion}_difference/race"}


def test_another_strength_has_a_control_of_its_own() -> None:
    section = {"name": "dp_sgd", "strengths": {"privacy_epsilon": [1, 32]}}
    study = Study.model_validate({"name": "x", "data": {"source": "mortgage"}, "interventions": [section]})
    asked = comparisons(factors(study), metrics_for(("race",)), catalogue.interactions(), "race")
    assert {one.control_of for one in asked} - {""} == {
        "dp_sgd", "dp_sgd privacy_epsilon=1", "dp_sgd privacy_epsilon=32"
    }  # fmt: skip
