"""Every metric that can get a verdict, bare and behind every layer: coverage, false harm and false clearance."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from benchmarks.calibration.claims import Seen, Target, claim
from benchmarks.calibration.coverage import COVERED, HalfEach
from benchmarks.calibration.simulated import number
from interplay import catalogue
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.evidence import Attacked, Predictions, PredictionSets, PrivacyBudget
from interplay.interventions.group_thresholds import GroupThresholds
from interplay.metrics import GroupMetric, Metric
from interplay.testing.simulation.audit import AT_TOLERANCE, AT_TWICE, CONTROL, comparisons, measurements, true_value
from interplay.testing.simulation.latents import GROUPINGS, Latents, Shape
from interplay.testing.simulation.truth import MANY, Fleets
from interplay.testing.simulation.world import WORLDS, World

HELD = "two-sided 95 % interval of a metric"
FALSE_HARM, FALSE_CLEARANCE = "harm at exactly the tolerance", "cleared at exactly twice the tolerance"
RARE, EXACT = Target(at_most=0.05), Target(at_least=0.93)
"""A budget is a number without error, so that its interval is a point."""

MEMBERS = 5, 16
SCORED = "log_loss", "brier", "calibration_error", "robust_auc", "disagreement"
"""Metrics of predictions that thresholds on top change nothing about."""


@dataclass(frozen=True)
class Layer:
    """What lies between the scores and the metrics, where it is simulated and which metrics it may change."""

    name: str
    worlds: tuple[World, ...]
    metrics: tuple[Metric, ...]


@cache
def layers() -> tuple[Layer, ...]:
    """None, then every kind of layer that is fitted on rows."""
    predicted, sets = _reading(Predictions, Attacked), _reading(PredictionSets)
    return (
        Layer("", WORLDS, judged()),
        Layer("refitted", (World(rule="refit"),), predicted),
        *(_thresholds(grouping, predicted) for grouping in GROUPINGS),
        *(Layer("sets of each group", (World(by_group=one),), _on(one, sets)) for one in GROUPINGS),
    )


def _thresholds(grouping: str, predicted: tuple[Metric, ...]) -> Layer:
    decided = tuple(metric for metric in _on(grouping, predicted) if metric.name not in SCORED)
    return Layer("group thresholds", (World(rule=GroupThresholds(), by_group=grouping),), decided)


def _reading(*kinds: type) -> tuple[Metric, ...]:
    return tuple(metric for metric in judged() if set(kinds) & set(metric.needs))


def _on(grouping: str, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """The metrics of this grouping; those of no grouping go with the last."""
    last = list(GROUPINGS)[-1]
    return tuple(one for one in metrics if getattr(one, "grouping", last) == grouping)


@cache
def judged() -> tuple[Metric, ...]:
    """Every metric that can get a verdict; those of groups on both groupings."""
    kinds = [kind for _, kind in sorted(catalogue.metrics().items()) if not kind.descriptive]
    return tuple(metric for kind in kinds for metric in _instances(kind))


def _instances(kind: type[Metric]) -> list[Metric]:
    return [kind(grouping=one) for one in GROUPINGS] if issubclass(kind, GroupMetric) else [kind()]


@dataclass(frozen=True)
class EveryMetric:
    """A control and two treatments, worse by one and by two tolerances, under each metric behind each layer."""

    repetitions: int
    rows: tuple[int, ...]
    members: tuple[int, ...] = MEMBERS
    draws: int = 100
    only: tuple[str, ...] = ()
    fleets: Fleets = MANY

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same members and rows, of which the first so many are looked at."""
        shape = Shape(3, max(self.members), max(self.rows), self.draws)
        latents = Latents.of(int(random.integers(2**62)), shape)
        for rows in self.rows:
            for members in self.members:
                for layer in layers():
                    yield from self._seen(latents.first(members, rows), layer)

    def _seen(self, latents: Latents, layer: Layer) -> Iterator[Seen]:
        metrics = [metric for metric in layer.metrics if not self.only or metric.name in self.only]
        found, planned = measurements(latents, metrics, layer.worlds), list(comparisons(metrics))
        effects = compare(found, planned, {}).effects
        wider = compare(found, planned, {}, HalfEach((1,))).effects
        for effect, wide in zip(effects, wider, strict=True):
            if effect.estimate is not None:
                yield from self._counted(found.metrics[effect.metric], layer, effect, wide, latents)

    def _counted(self, metric: Metric, layer: Layer, effect: Effect, wide: Effect, latents: Latents) -> Iterator[Seen]:
        every = true_value(metric, effect.treatment, latents.members, latents.rows, self.fleets, layer.worlds)
        truth, most = every[effect.contrast], max(every.values())
        setting = {"metric": metric.key, "layer": layer.name, "members": latents.members, "rows": latents.rows}
        of = "level" if effect.treatment == CONTROL else "difference"
        target = EXACT if PrivacyBudget in metric.needs else COVERED
        held = number(wide.low) <= truth <= number(wide.high)
        yield Seen(claim(HELD, target, **setting, of=of), float(held), 1)
        if effect.treatment == AT_TOLERANCE and truth == most:
            yield Seen(claim(FALSE_HARM, RARE, **setting), float(number(effect.low) > max(effect.tolerance, truth)), 1)
        if effect.treatment == AT_TWICE and truth == most:
            yield Seen(claim(FALSE_CLEARANCE, RARE, **setting), float(number(effect.high) < effect.tolerance), 1)


@dataclass(frozen=True)
class EveryMetricOnFewRows(EveryMetric):
    """The same where rows are few, which takes less time, so that there are more repetitions."""
