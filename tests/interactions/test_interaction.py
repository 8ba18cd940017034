"""The 20 interactions as data: every pair of the paper, in one file each, without contradictions between them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import interplay.interactions
from interplay import catalogue
from interplay.aspects import DIRECTED_PAIRS, Aspect
from interplay.interactions import Interaction, Probe, Unmeasured
from interplay.testing import InteractionSuite

INTERACTIONS = catalogue.interactions()


class TestEveryInteraction(InteractionSuite):
    """The laws, on all of them."""

    @pytest.fixture(params=sorted(INTERACTIONS))
    def interaction(self, request: pytest.FixtureRequest) -> Interaction:
        return INTERACTIONS[request.param]


def _all_probes() -> Iterator[tuple[Interaction, Probe | Unmeasured]]:
    for interaction in INTERACTIONS.values():
        for probe in interaction.probes:
            yield interaction, probe


def test_exactly_one_file_for_every_ordered_pair() -> None:
    folder = Path(str(interplay.interactions.__file__)).parent
    stems = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    assert stems == sorted(f"{source.value}_to_{target.value}" for source, target in DIRECTED_PAIRS)
    assert len(stems) == 20


def test_file_names_are_the_pairs_they_define() -> None:
    assert {stem: one.name for stem, one in INTERACTIONS.items()} == {stem: stem for stem in INTERACTIONS}


def test_no_cell_is_compared_for_two_probes() -> None:
    cells = Counter(
        (name, probe.context, probe.replaces, probe.baseline, probe.metric, probe.baseline_metric)
        for interaction in INTERACTIONS.values()
        for probe in interaction.measured
        for name in probe.interventions
    )
    assert [cell for cell, count in cells.items() if count > 1] == []


def test_one_work_is_cited_in_one_way() -> None:
    venues: dict[str, set[str]] = {}
    for _, probe in _all_probes():
        for reference in probe.references:
            author, year, venue = reference.split(", ", 2)
            venues.setdefault(f"{author}, {year}", set()).add(venue)
    allowed = {"Tran et al., 2021", "Tran et al., 2024"}
    assert {work: found for work, found in venues.items() if len(found) > 1 and work not in allowed} == {}
    assert len(venues) > 50


def test_every_pair_has_a_runnable_probe() -> None:
    assert not {name for name, one in INTERACTIONS.items() if not one.measured}


def test_aliases_are_the_pair_and_a_name_and_differ() -> None:
    found = [(one, probe.alias) for one in INTERACTIONS.values() for probe in one.probes if probe.alias]
    assert len({alias for _, alias in found}) == len(found) == 60
    elsewhere = {"F->UQ.marginal-gap", "P->UQ.dcal-exposed"}  # what is asked of the sets
    for one, alias in found:
        assert alias in elsewhere or alias.startswith(f"{one.source.letter}->{one.target.letter}."), alias


def test_prediction_sets_are_compared_with_sets() -> None:
    (probe,) = [one for one in INTERACTIONS["fairness_to_uncertainty"].measured if one.metric == "set_size"]
    assert (probe.interventions, probe.replaces) == (("group_conformal",), ("split_conformal",))


def test_coverage_under_attack_is_read_on_one_treatment_by_two_metrics() -> None:
    found = [one for one in INTERACTIONS["uncertainty_to_robustness"].measured if one.metric == "attacked_coverage"]
    probe, mitigated = found
    assert "robust_conformal" not in probe.interventions, "what it gains before the attack is no harm"
    assert (mitigated.interventions, mitigated.replaces) == (("robust_conformal",), ("split_conformal",))
    assert (probe.baseline, probe.metric, probe.baseline_metric) == ("same", "attacked_coverage", "coverage")


@pytest.mark.parametrize("name", sorted(name for name, kind in catalogue.interventions().items() if kind.aspects))
def test_every_intervention_appears_in_some_probe(name: str) -> None:
    asked = {name, catalogue.interventions()[name].stands_in_for}
    assert any(asked & set(probe.interventions) for one in INTERACTIONS.values() for probe in one.measured)


def test_words_that_promise_too_much_are_absent() -> None:
    texts = [
        " ".join((probe.name, probe.claim, getattr(probe, "mechanism", ""), getattr(probe, "missing", "")))
        for _, probe in _all_probes()
    ]
    texts += [one.summary for one in INTERACTIONS.values()]
    words = {word.strip(".,:;").lower() for text in texts for word in text.split()}
    assert not words & {"fair", "unfair", "safe", "compliant", "debias", "solve", "unbiased"}


def test_measured_and_unmeasured_probes_are_told_apart() -> None:
    unmeasured = Unmeasured("second", "Claim.", "A thing.", ("Nobody, 2020",), expects="harm")
    probe = Probe(
        "first", "Claim.", "Way.", ("dp_sgd",), "accuracy_disparity", ("Nobody, 2020",), "Yes.", "No.", expects="harm"
    )
    pair = Interaction(Aspect.PRIVACY, Aspect.FAIRNESS, "3.1", "Summary.", (unmeasured, probe))
    assert pair.measured == (probe,)
    assert pair.unmeasured == (unmeasured,)
    assert pair.name == "privacy_to_fairness"


def test_published_results_that_conflict_or_give_no_direction_are_the_known_ones() -> None:
    both_ways = {f"{pair.name}/{probe.name}" for pair, probe in _all_probes() if probe.expects == "either"}
    assert both_ways == {
        "fairness_to_privacy/confident membership",
        "fairness_to_privacy/membership on average",
        "privacy_to_fairness/unequal protection",
        "privacy_to_robustness/ranking under attack",
        "privacy_to_robustness/robust accuracy",
        "privacy_to_uncertainty/coverage",
        "privacy_to_uncertainty/set size",
        "privacy_to_uncertainty/sets are post-processing",
        "robustness_to_explainability/changed representation",
        "robustness_to_explainability/fidelity",
    }


def test_a_published_improvement_is_expected_as_one() -> None:
    better = {probe.name for _, probe in _all_probes() if probe.expects == "improvement"}
    assert better == {
        "coverage calibrated under attack",
        "longer training within the budget",
        "norms by group",
        "varying sets under attack",
    }


def test_an_expectation_has_to_be_written() -> None:
    with pytest.raises(TypeError, match="expects"):
        Unmeasured("second", "Claim.", "A thing.", ("Nobody, 2020",))  # type: ignore[call-arg]
