"""Simulated audits of one or of many metrics: a control, and treatments that are worse by one and by two tolerances."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import Metric
from interplay.testing.simulation.change import Change
from interplay.testing.simulation.latents import Latents
from interplay.testing.simulation.truth import Size, Truth, measured, true_effects, true_levels, truth_of
from interplay.testing.simulation.world import WORLDS, World

CONTROL, AT_TOLERANCE, AT_TWICE = Treatment(), Treatment(("at the tolerance",)), Treatment(("at twice the tolerance",))
TREATED = AT_TOLERANCE, AT_TWICE


Worlds = tuple[World, ...]


@dataclass(frozen=True)
class Known:
    """How a metric is simulated, and its true values by treatment and size of the audit."""

    metric: Metric
    worlds: Worlds
    truth: Truth
    values: Mapping[tuple[Treatment, Size], Mapping[str, float]]


_REMEMBERED: dict[tuple[Metric, Worlds], Known] = {}


def remember(known: Iterable[Known]) -> None:
    """Take these as they are from now on, where another process has worked them out."""
    _REMEMBERED.update({(one.metric, one.worlds): one for one in known})


def worked_out(metric: Metric, worlds: Worlds, sizes: Iterable[Size]) -> Known:
    """All that simulated audits of these sizes have to know of a metric."""
    asked = [(treatment, size) for treatment in (CONTROL, *TREATED) for size in sizes]
    values = {(treatment, size): true_value(metric, treatment, size, worlds) for treatment, size in asked}
    return Known(metric, worlds, simulated(metric, worlds), values)


def simulated(metric: Metric, worlds: Worlds = WORLDS) -> Truth:
    """How the metric is simulated; raises `ValueError` where no simulated change moves it far enough."""
    if (known := _REMEMBERED.get((metric, worlds))) is not None:
        return known.truth
    truth = truth_of(metric, worlds)
    if isinstance(truth, NotMeasurable):
        raise ValueError(truth.reason)
    return truth


def measurements(latents: Latents, metrics: Iterable[Metric], worlds: Worlds = WORLDS) -> Measurements:
    """Every metric on the control and on its two treatments, which have the same members and rows."""
    samples: dict[Cell, Sample | NotMeasurable] = {}
    controls: dict[World, Evidence] = {}
    listed = {metric.key: metric for metric in metrics}
    for key, metric in listed.items():
        truth = simulated(metric, worlds)
        if truth.world not in controls:
            controls[truth.world] = truth.world.evidence(latents, 0, Change())
        control = controls[truth.world]
        samples[Cell(CONTROL, "tuned", key)] = metric.measure(control)
        for place, (treatment, change) in enumerate(zip(TREATED, truth.changes, strict=True), start=1):
            theirs, ours = measured(metric, control, truth.world.evidence(latents, place, change))
            samples[Cell(treatment, "tuned", key, CONTROL if metric.paired else None)] = ours
            if metric.paired:
                samples[Cell(CONTROL, "tuned", key, treatment)] = theirs
    return Measurements(samples, listed, {}, {})


def comparisons(metrics: Iterable[Metric]) -> Iterator[Comparison]:
    """The level of the control, and both treatments against it."""
    for metric in metrics:
        for treatment, baseline in ((CONTROL, None), *((treated, CONTROL) for treated in TREATED)):
            applied, key = treatment.interventions, metric.key
            yield Comparison(treatment, baseline, key, key, applied, (Aspect.PRIVACY,), metric.aspect, primary=True)


@lru_cache(maxsize=4_096)
def true_value(metric: Metric, treatment: Treatment, size: Size, worlds: Worlds = WORLDS) -> Mapping[str, float]:
    """What its effects estimate, by contrast: the level of the control against zero, or how much worse a treatment is."""
    known = _REMEMBERED.get((metric, worlds))
    if known is not None and (treatment, size) in known.values:
        return known.values[treatment, size]
    truth = simulated(metric, worlds)
    if treatment == CONTROL:
        return true_levels(metric, truth.world, size)
    return true_effects(metric, truth.world, truth.changes[TREATED.index(treatment)], size)
