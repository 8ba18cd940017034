"""The laws every interaction obeys."""

import re
from typing import get_args

from interplay import catalogue
from interplay.aspects import DIRECTED_PAIRS, TRUST_ASPECTS, Aspect
from interplay.evidence import released
from interplay.interactions import Expectation, Interaction, Probe
from interplay.interventions import ReleaseIntervention
from interplay.metrics import Metric
from interplay.testing._prose import YEAR

SECTIONS = {
    frozenset((first, second)): f"3.{number}"
    for number, (first, second) in enumerate(
        ((one, other) for place, one in enumerate(TRUST_ASPECTS) for other in TRUST_ASPECTS[place + 1 :]), start=1
    )
}
"""The section of Cresswell (2025) for each pair of aspects."""


class InteractionSuite:
    """Subclass it and define the fixture `interaction`."""

    def _metric(self, name: str) -> type[Metric]:
        assert name in catalogue.metrics(), f"unknown metric {name!r}"
        return catalogue.metrics()[name]

    def test_is_a_directed_pair_of_the_paper(self, interaction: Interaction) -> None:
        assert (interaction.source, interaction.target) in DIRECTED_PAIRS
        assert interaction.section == SECTIONS[frozenset((interaction.source, interaction.target))]
        assert interaction.summary.endswith(".")

    def test_has_probes_with_different_names(self, interaction: Interaction) -> None:
        names = [probe.name for probe in interaction.probes]
        assert names, f"{interaction.name} has no probe"
        assert len(names) == len(set(names)), f"{interaction.name} names two probes alike: {names}"

    def test_a_measured_pair_has_a_primary_probe(self, interaction: Interaction) -> None:
        assert not interaction.measured or any(probe.primary for probe in interaction.measured)

    def test_probes_are_explained_and_cited(self, interaction: Interaction) -> None:
        for probe in interaction.probes:
            assert probe.claim.endswith("."), f"{probe.name}: the claim is not a sentence"
            assert probe.references, f"{probe.name}: no reference"
            assert all(YEAR.search(reference) for reference in probe.references), probe.references
            assert probe.expects in get_args(Expectation), f"{probe.name}: expects {probe.expects!r}"
        for probe in interaction.measured:
            texts = (probe.mechanism, probe.positive_control, probe.negative_control)
            assert all(text.endswith(".") for text in texts), f"{probe.name}: a text is missing or not a sentence"
            assert probe.positive_control != probe.negative_control

    def test_what_is_missing_is_one_phrase(self, interaction: Interaction) -> None:
        for probe in interaction.unmeasured:
            assert re.fullmatch(r"[a-z][^.!?;]*[^.!?;\s]", probe.missing), f"{probe.name}: {probe.missing!r}"

    def test_applies_interventions_of_the_source(self, interaction: Interaction) -> None:
        known = catalogue.interventions()
        for probe in interaction.measured:
            assert probe.interventions, f"{probe.name} applies nothing"
            used = {*probe.interventions, *probe.context, *probe.replaces}
            assert used <= set(known), f"{probe.name} names unknown interventions: {used - set(known)}"
            assert len(used) == sum(map(len, (probe.interventions, probe.context, probe.replaces)))
            for name in probe.interventions:
                pursued = known[name].aspects
                says_where_from = not (pursued or probe.primary)
                assert interaction.source in pursued or says_where_from, f"{probe.name} applies {name}"

    def test_measures_the_target(self, interaction: Interaction) -> None:
        for probe in interaction.measured:
            aspect: Aspect = self._metric(probe.metric).aspect
            assert aspect is interaction.target, f"{probe.metric} measures {aspect}, not {interaction.target}"

    def test_both_cells_can_be_compared(self, interaction: Interaction) -> None:
        for probe in interaction.measured:
            metric = self._metric(probe.metric)
            other = self._metric(probe.baseline_metric or probe.metric)
            assert (metric.unit, metric.direction, metric.relative) == (other.unit, other.direction, other.relative)
            assert (probe.baseline == "same") == (probe.baseline_metric not in (None, probe.metric)), probe.name
            assert probe.baseline == "without" or not probe.replaces, (
                f"{probe.name} replaces something, yet not 'without'"
            )
            assert probe.baseline != "absent" or not metric.relative, f"{probe.name}: no ratio to zero exists"
            assert probe.baseline != "absent" or metric.direction == "lower_is_better", f"{probe.name}: zero is no harm"

    def test_the_metric_exists_in_both_cells(self, interaction: Interaction) -> None:
        for probe in interaction.measured:
            for name in probe.interventions:
                self._released(probe, (name, *probe.context))
            if probe.baseline == "without":
                self._released(probe, (*probe.replaces, *probe.context))

    def _released(self, probe: Probe, treatment: tuple[str, ...]) -> None:
        known = catalogue.interventions()
        releases = [known[name] for name in treatment]
        made = {kind.releases for kind in releases if issubclass(kind, ReleaseIntervention)}
        can_be = {kind.releases for kind in known.values() if issubclass(kind, ReleaseIntervention)}
        missing = (set(released(self._metric(probe.metric).needs)) & can_be) - made
        assert not missing, f"{probe.name}: nothing in {treatment} releases what {probe.metric} reads"
