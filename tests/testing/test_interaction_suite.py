"""The interaction suite finds what is wrong with an interaction."""

from dataclasses import replace
from typing import Any

import pytest

from interplay import catalogue
from interplay.aspects import Aspect
from interplay.interactions import Interaction, Unmeasured
from interplay.testing import InteractionSuite
from interplay.testing.interaction_suite import SECTIONS

GOOD = catalogue.interactions()["fairness_to_uncertainty"]


def _with(**changes: Any) -> Interaction:
    """The good interaction with its first probe changed."""
    return replace(GOOD, probes=(replace(GOOD.probes[0], **changes), *GOOD.probes[1:]))


def test_sections_are_those_of_the_paper() -> None:
    assert SECTIONS[frozenset((Aspect.FAIRNESS, Aspect.PRIVACY))] == "3.1"
    assert SECTIONS[frozenset((Aspect.PRIVACY, Aspect.ROBUSTNESS))] == "3.5"
    assert SECTIONS[frozenset((Aspect.EXPLAINABILITY, Aspect.ROBUSTNESS))] == "3.8"
    assert SECTIONS[frozenset((Aspect.UNCERTAINTY, Aspect.EXPLAINABILITY))] == "3.10"
    assert len(SECTIONS) == 10


@pytest.mark.parametrize(
    ("law", "wrong"),
    [
        ("test_is_a_directed_pair_of_the_paper", replace(GOOD, section="3.5")),
        ("test_is_a_directed_pair_of_the_paper", replace(GOOD, target=Aspect.UTILITY)),
        ("test_has_probes_with_different_names", replace(GOOD, probes=())),
        ("test_has_probes_with_different_names", replace(GOOD, probes=GOOD.probes * 2)),
        ("test_a_measured_pair_has_a_primary_probe", _with(primary=False)),
        ("test_probes_are_explained_and_cited", _with(references=())),
        ("test_probes_are_explained_and_cited", _with(references=("Somebody, some day",))),
        ("test_probes_are_explained_and_cited", _with(negative_control="")),
        ("test_applies_interventions_of_the_source", _with(interventions=("dp_sgd",))),
        ("test_applies_interventions_of_the_source", _with(interventions=("wishing",))),
        ("test_applies_interventions_of_the_source", _with(replaces=("group_conformal",))),
        ("test_measures_the_target", _with(metric="accuracy")),
        ("test_measures_the_target", _with(metric="no_such_metric")),
        ("test_both_cells_can_be_compared", _with(baseline_metric="coverage")),
        ("test_both_cells_can_be_compared", _with(baseline="same", replaces=())),
        ("test_both_cells_can_be_compared", _with(baseline="absent")),
        ("test_the_metric_exists_in_both_cells", _with(replaces=())),
        ("test_the_metric_exists_in_both_cells", _with(replaces=("release_explanations",))),
    ],
)
def test_a_wrong_interaction_is_caught(law: str, wrong: Interaction) -> None:
    getattr(InteractionSuite(), law)(GOOD)
    with pytest.raises(AssertionError):
        getattr(InteractionSuite(), law)(wrong)


@pytest.mark.parametrize("missing", ["", "A sentence", "a phrase. and another", "a full stop.", "one; two"])
def test_what_is_missing_must_be_one_phrase(missing: str) -> None:
    unmeasured = Unmeasured("later", "A claim.", missing, ("Nobody, 2020",), expects="harm")
    with pytest.raises(AssertionError):
        InteractionSuite().test_what_is_missing_is_one_phrase(replace(GOOD, probes=(unmeasured,)))
