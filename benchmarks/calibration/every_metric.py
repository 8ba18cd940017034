"""Every metric that can get a verdict, bare and behind every layer: coverage, false harm and false clearance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks.calibration.claims import Seen, Target, claim
from benchmarks.calibration.coverage import COVERED
from interplay import catalogue
from interplay.design.treatment import Treatment
from interplay.effects.contrast import Difference
from interplay.effects.reading import differences
from interplay.evidence import PrivacyGuarantee
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.metrics import GroupMetric, Metric
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.testing.simulation.audit import (
    AT_TOLERANCE,
    AT_TWICE,
    CONTROL,
    Worlds,
    comparisons,
    measurements,
    true_value,
)
from interplay.testing.simulation.latents import GROUPINGS, Latents, Shape
from interplay.testing.simulation.truth import MANY, Fleets, Size
from interplay.testing.simulation.world import WORLDS, World

HELD = "two-sided 95 % interval of a metric"
FALSE_HARM, FALSE_CLEARANCE = "harm at exactly the tolerance", "cleared at exactly twice the tolerance"
RARE, EXACT = Target(at_most=0.05), Target(at_least=0.93)
"""A budget is a number without error, so that its interval is a point."""

MEMBERS = 5, 16
REFITTED = "accuracy", "calibration_error", "demographic_parity_difference", "log_loss", "robust_accuracy"
THRESHOLDS = "accuracy", "demographic_parity_difference", "equal_opportunity_difference", "robust_accuracy"
SETS = "coverage", "coverage_disparity", "set_size", "set_size_disparity"
PARITY, DISPARITIES = ("demographic_parity_difference",), ("coverage_disparity", "set_size_disparity")
"""The metrics that are measured behind a layer: of every way in which a metric reads what was fitted, at least one."""


@dataclass(frozen=True)
class Layer:
    """What lies between the scores and the metrics, where it is simulated and which metrics it may change."""

    name: str
    worlds: Worlds
    metrics: tuple[Metric, ...]


@cache
def layers() -> tuple[Layer, ...]:
    """None, then every kind of layer that is fitted on rows."""
    return (
        Layer("", WORLDS, judged()),
        Layer("refitted", (World(rule="refit"),), _of(REFITTED, "minority")),
        Layer(
            "group thresholds",
            (World(rule=GroupThresholds(), by_group="half"),),
            _of(PARITY, "half"),
        ),
        Layer("group thresholds", (World(rule=GroupThresholds(), by_group="minority"),), _of(THRESHOLDS, "minority")),
        Layer("sets of each group", (World(by_group="half"),), _of(DISPARITIES, "half")),
        Layer("sets of each group", (World(by_group="minority"),), _of(SETS, "minority")),
    )


def _of(names: tuple[str, ...], grouping: str) -> tuple[Metric, ...]:
    """The metrics of these names; those of groups on this grouping."""
    return tuple(
        metric for metric in judged() if metric.name in names and getattr(metric, "grouping", grouping) == grouping
    )


@cache
def judged() -> tuple[Metric, ...]:
    """Every metric that can get a verdict; those of groups on both groupings."""
    kinds = [kind for _, kind in sorted(catalogue.metrics().items()) if not (kind.descriptive or kind.exact)]
    return tuple(metric for kind in kinds for metric in _instances(kind))


def _instances(kind: type[Metric]) -> list[Metric]:
    return [kind(grouping=grouping) for grouping in GROUPINGS] if issubclass(kind, GroupMetric) else [kind()]


@dataclass(frozen=True)
class EveryMetric:
    """A control and two treatments, worse by one and by two tolerances, under each metric."""

    repetitions: int
    rows: tuple[int, ...]
    members: tuple[int, ...] = MEMBERS
    draws: int = 60
    only: tuple[str, ...] = ()
    fleets: Fleets = MANY

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Of the audits that are simulated."""
        return tuple(Size(members, rows, self.fleets) for rows in self.rows for members in self.members)

    @property
    def judged(self) -> tuple[tuple[Layer, tuple[Metric, ...]], ...]:
        """The metrics that are looked at behind each layer."""
        return tuple(
            (layer, tuple(metric for metric in layer.metrics if not self.only or metric.name in self.only))
            for layer in self.layers
        )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those that are looked at."""
        return layers()[:1]

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same members and rows, of which the first so many are looked at."""
        shape = Shape(3, max(self.members), max(self.rows), self.draws)
        latents = Latents.of(int(random.integers(2**62)), shape)
        for size in self.sizes:
            for layer, metrics in self.judged:
                yield from _seen(latents.first(size.members, size.rows), layer, metrics, size)


@dataclass(frozen=True)
class EveryMetricOnFewRows(EveryMetric):
    """The same where rows are few, which takes less time, so that there are more repetitions."""


@dataclass(frozen=True)
class BehindLayers(EveryMetric):
    """The same behind every layer that is fitted on rows."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return layers()[1:]


def _seen(latents: Latents, layer: Layer, metrics: tuple[Metric, ...], size: Size) -> Iterator[Seen]:
    samples = measurements(latents, metrics, layer.worlds)
    for comparison in comparisons(metrics):
        metric, treatment = samples.metrics[comparison.metric], comparison.treatment
        truths = true_value(metric, treatment, size, layer.worlds)
        setting = {"metric": metric.key, "layer": layer.name, "members": size.members, "rows": size.rows}
        for contrast, difference in differences(samples, comparison, "tuned", metric).items():
            if isinstance(difference, Difference):
                yield _held(metric, treatment, difference, truths[contrast], setting)
                if truths[contrast] == max(truths.values()):
                    yield from _judged(metric, treatment, difference, truths[contrast], setting)


def _held(
    metric: Metric, treatment: Treatment, difference: Difference, truth: float, setting: Mapping[str, Any]
) -> Seen:
    """Whether the interval holds the truth."""
    of = "level" if treatment == CONTROL else "difference"
    wide = difference.moderated(None, ONE_SIDED / 2)
    target = EXACT if PrivacyGuarantee in metric.needs else COVERED
    return Seen(claim(HELD, target, **setting, of=of), float(wide.low <= truth <= wide.high), 1)


def _judged(
    metric: Metric, treatment: Treatment, difference: Difference, truth: float, setting: Mapping[str, Any]
) -> Iterator[Seen]:
    """Whether a verdict is wrong. What is simulated at the tolerance is so within some per cent: it is taken as the tolerance."""
    bounds = difference.moderated(None, ONE_SIDED)
    if treatment == AT_TOLERANCE:
        yield Seen(claim(FALSE_HARM, RARE, **setting), float(bounds.low > truth), 1)
    if treatment == AT_TWICE:
        yield Seen(claim(FALSE_CLEARANCE, RARE, **setting), float(bounds.high < metric.tolerance), 1)


def questions(studies: Iterable[object]) -> list[tuple[Metric, Worlds, tuple[Size, ...]]]:
    """Of which metrics, in which worlds and at which sizes the studies ask for true values."""
    sizes: dict[tuple[Worlds, Metric], dict[Size, None]] = {}
    for study in studies:
        if isinstance(study, EveryMetric):
            for layer, metrics in study.judged:
                for metric in metrics:
                    sizes.setdefault((layer.worlds, metric), {}).update(dict.fromkeys(study.sizes))
    return [(metric, worlds, tuple(asked)) for (worlds, metric), asked in sizes.items()]
