"""The laws every metric obeys."""

import dataclasses
from dataclasses import replace
from functools import cache
from typing import get_args

import numpy as np

from interplay.aspects import Aspect
from interplay.effects.compare import compare
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.metrics import Direction, GroupMetric, Metric
from interplay.testing._prose import YEAR, camel, missing_parts
from interplay.testing.evidence import Facts, random_facts
from interplay.testing.simulation import audit
from interplay.testing.simulation.latents import Latents, Shape
from interplay.testing.simulation.truth import FEW, Size, Truth, truth_of
from interplay.testing.simulation.world import WORLDS, World

AUDITS = 10
COARSE = 0.7
"""How many audits are simulated, and the share of nominal 90 % intervals that has to hold the truth."""


@cache
def _facts(*more: type, classes: int = 2) -> Facts:
    return random_facts(members=4, rows=600, classes=classes, groups=3, draws=5, more=more)


def _foreign(metric: Metric) -> list[type]:
    """The exhibits of other packages that a metric reads."""
    built_in = {type(one) for one in _facts().exhibits}
    return [kind for kind in metric.needs if kind not in built_in]


class MetricSuite:
    """Subclass it and define the fixture `metric`; a grouping it asks for must be called "group".

    Override `pools_members` when the metric's value for one member depends on the others. An exhibit of your own is drawn
    by its `random`.
    """

    def facts(self, metric: Metric) -> Facts:
        """What the laws are tried on: three groups, several members and draws, and every exhibit that the metric reads."""
        return _facts(*_foreign(metric), classes=metric.fewest_classes)

    def pools_members(self, metric: Metric) -> bool:
        """Whether one member's value depends on the other members."""
        return metric.pools_members

    def worlds(self) -> tuple[World, ...]:
        """Where the metric is simulated with a known truth; add one with your exhibit when it reads one of your own."""
        return WORLDS

    def _sample(self, metric: Metric, evidence: Evidence) -> Sample:
        found = metric.measure(evidence)
        assert isinstance(found, Sample), f"{metric.key} is not measurable on complete evidence: {found}"
        return found

    def test_says_what_it_is(self, metric: Metric) -> None:
        assert not missing_parts(type(metric)), f"the docstring of {metric.name} lacks {missing_parts(type(metric))}"
        low, high = metric.bounds
        assert isinstance(metric.aspect, Aspect)
        assert metric.direction in get_args(Direction)
        assert metric.title and metric.unit, f"{metric.name} has no title or no unit"
        assert low < high, f"{metric.name} has no room between its bounds {metric.bounds}"
        assert metric.tolerance > 0, f"{metric.name} needs a smallest change of practical importance"
        assert YEAR.search(metric.reference), f"{metric.name} cites no year: {metric.reference!r}"

    def test_is_a_value_named_after_its_file(self, metric: Metric) -> None:
        stem = type(metric).__module__.rpartition(".")[2]
        assert type(metric).__name__ == camel(stem), f"the class in {stem}.py should be called {camel(stem)}"
        assert metric.key.startswith(metric.name)
        values = {field.name: getattr(metric, field.name) for field in dataclasses.fields(metric)}
        assert type(metric)(**values) == metric
        assert hash(type(metric)(**values)) == hash(metric)

    def test_every_member_and_draw_has_a_value_in_bounds(self, metric: Metric) -> None:
        facts = self.facts(metric)
        found = self._sample(metric, facts.evidence())
        assert found.values.shape == (len(facts.rows.counted), len(facts.rows.weights))
        assert np.isfinite(found.values).all(), f"{metric.name} has values that are not finite"
        means, (low, high) = found.values.mean(axis=0), metric.bounds
        assert means.min() >= low - 1e-9 and means.max() <= high + 1e-9, f"{means} is outside of {metric.bounds}"
        assert 0 < found.support <= len(facts.rows.labels)
        for contrast in found.contrasts:
            assert contrast.values.shape == found.values.shape
            assert 0 < contrast.support <= len(facts.rows.labels)

    def test_reads_only_what_it_says_it_needs(self, metric: Metric) -> None:
        facts = self.facts(metric)
        whole = self._sample(metric, facts.evidence())
        enough = self._sample(metric, facts.evidence(metric.needs))
        np.testing.assert_array_equal(enough.values, whole.values)

    def test_without_exhibits_it_says_why_it_has_no_value(self, metric: Metric) -> None:
        found = metric.measure(self.facts(metric).evidence(kinds=()))
        assert isinstance(found, NotMeasurable), f"{metric.name} has a value without anything to read"
        assert found.reason

    def test_order_of_rows_does_not_matter(self, metric: Metric) -> None:
        facts = self.facts(metric)
        here = self._sample(metric, facts.evidence())
        there = self._sample(metric, facts.shuffled(seed=1).evidence())
        np.testing.assert_allclose(there.values, here.values, rtol=1e-9, atol=1e-9)
        assert there.support == here.support

    def test_members_at_once_equal_members_one_by_one(self, metric: Metric) -> None:
        facts = self.facts(metric)
        together = self._sample(metric, facts.evidence())
        for member in range(len(facts.rows.counted)) if not self.pools_members(metric) else ():
            alone = self._sample(metric, facts.only("member", member).evidence())
            for contrast, single in zip(together.contrasts, alone.contrasts, strict=True):
                np.testing.assert_allclose(single.values[0], contrast.values[member], rtol=1e-9, atol=1e-12)
            if not together.contrasts and not isinstance(metric, GroupMetric):
                np.testing.assert_allclose(alone.values[0], together.values[member], rtol=1e-9, atol=1e-12)

    def test_draws_at_once_equal_draws_one_by_one(self, metric: Metric) -> None:
        facts = self.facts(metric)
        together = self._sample(metric, facts.evidence())
        alone = self._sample(metric, facts.only("draw", 0).evidence())
        np.testing.assert_allclose(alone.values[:, 0], together.values[:, 0], rtol=1e-9, atol=1e-12)

    def test_more_labels_than_two_give_values_or_a_reason(self, metric: Metric) -> None:
        found = metric.measure(
            random_facts(classes=3, more=set(metric.needs) - {type(one) for one in _facts().exhibits}).evidence()
        )
        assert isinstance(found, NotMeasurable) or np.isfinite(found.values).all()

    def test_a_group_without_rows_is_left_out_by_name(self, metric: Metric) -> None:
        if not isinstance(metric, GroupMetric):
            return
        facts = self.facts(metric)
        name, grouping = next(iter(facts.rows.groupings.items()))
        found = self._sample(metric, facts.without_group(1).evidence())
        reasons = [reason.reason for reason in found.excluded]
        assert any(repr(grouping.names[1]) in reason for reason in reasons), f"group left out silently: {reasons}"
        nobody = facts.without_group(1).without_group(2).evidence()
        assert isinstance(metric.measure(nobody), NotMeasurable), f"{metric.name} compares {name!r} with one group only"

    def test_its_intervals_hold_the_truth_of_simulated_audits(self, metric: Metric) -> None:
        """A coarse check in seconds; `python -m benchmarks.calibration` measures the rates of the catalogue."""
        if metric.descriptive or metric.exact:
            return
        metric = replace(metric, grouping="minority") if isinstance(metric, GroupMetric) else metric
        truth = truth_of(metric, self.worlds())
        assert isinstance(truth, Truth), f"{metric.name} needs a world of its own: {truth.reason}"
        held = [holds for seed in range(AUDITS) for holds in self._held(metric, seed)]
        assert held, f"{metric.name} was not measurable in any simulated audit"
        assert np.mean(held) >= COARSE, f"90 % intervals of {metric.name} hold the truth in {np.mean(held):.0%}"

    def _held(self, metric: Metric, seed: int) -> list[bool]:
        """Whether the intervals of one audit hold the level of the control and the effects of two treatments."""
        latents = Latents.of(seed, Shape(3, members=5, rows=400, draws=40))
        measurements = audit.measurements(latents, [metric], self.worlds())
        held = []
        for effect in compare(measurements, list(audit.comparisons([metric])), {}).effects:
            if effect.low is not None and effect.high is not None:
                every = audit.true_value(metric, effect.treatment, Size(5, 400, FEW), self.worlds())
                held.append(effect.low <= every[effect.contrast] <= effect.high)
        return held
