"""Coverage: how often intervals hold the truth, for rates and gaps; and how a covered effect is counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.calibration.claims import Seen, Target, claim
from benchmarks.calibration.simulated import Gap, Rate, Share, Simulated, number
from benchmarks.calibration.world import Crowd, Draws
from interplay.aspects import Aspect
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect
from interplay.estimates import Sample
from interplay.measurement.measurements import Cell, Measurements
from interplay.metrics import Metric
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.statistics.group_sequential import Looks

COVERED = Target(at_least=0.93, at_most=0.99)
AT_LEAST = Target(at_least=0.93)
MEMBERS = 5, 8, 16
ROWS = 500, 2_000, 5_000
CONTROL = Treatment()


@dataclass(frozen=True)
class Grid:
    """What a study of coverage looks at: the first so many members and rows of each repetition."""

    repetitions: int
    members: tuple[int, ...] = MEMBERS
    rows: tuple[int, ...] = ROWS
    draws: int = 200


@dataclass(frozen=True)
class Quantity:
    """One metric on a control and several treatments, with the true values of the control and of the differences.

    `level` and `differences` are None where there is no such thing to cover. `target` is that of the one-sided bounds
    and of the two-sided interval.
    """

    name: str
    metric: Metric
    samples: Sequence[Sample]
    level: float | None
    differences: Sequence[float]
    target: Target = COVERED


def covered(quantities: Sequence[Quantity], setting: Mapping[str, Any]) -> Iterator[Seen]:
    """Compare all of it in one call, as an audit does, and count the intervals that hold the truth."""
    samples = {
        Cell(_treatment(place), "tuned", one.metric.key): sample
        for one in quantities
        for place, sample in enumerate(one.samples)
    }
    comparisons, truths = [], []
    for one in quantities:
        if one.level is not None:
            comparisons.append(_comparison(one.metric, CONTROL, None))
            truths.append((one, "level", -one.level if one.metric.direction == "higher_is_better" else one.level))
        for place, difference in enumerate(one.differences, start=1):
            comparisons.append(_comparison(one.metric, _treatment(place), CONTROL))
            truths.append((one, "difference", difference))
    measurements = Measurements(samples, {one.metric.key: one.metric for one in quantities}, {}, {})
    found = compare(measurements, comparisons, {}).effects
    wider = compare(measurements, comparisons, {}, HalfEach((1,))).effects
    counts: dict[tuple[int, str], list[tuple[bool, bool, bool]]] = {}
    for effect, wide, (one, kind, truth) in zip(found, wider, truths, strict=True):
        counts.setdefault((quantities.index(one), kind), []).append(_holds(effect, wide, truth))
    for (place, kind), held in counts.items():
        one = quantities[place]
        own = {"quantity": one.name, "of": kind, **setting}
        for check, hits in zip(BOUNDS, zip(*held, strict=True), strict=True):
            yield Seen(claim(check, one.target, **own), float(sum(hits)), len(hits))


BOUNDS = "two-sided 95 % interval", "95 % lower bound", "95 % upper bound"


class HalfEach(Looks):
    """Bounds with half of the error each, so that together they make a two-sided 95 % interval."""

    def nominal(self, level: float) -> float:
        return level / 2


def _holds(effect: Effect, wide: Effect, truth: float) -> tuple[bool, bool, bool]:
    """Whether the two-sided 95 % interval and the reported lower and upper 95 % bounds hold the truth."""
    low, high = number(effect.low), number(effect.high)
    return number(wide.low) <= truth <= number(wide.high), low <= truth, truth <= high


def _treatment(place: int) -> Treatment:
    return Treatment((f"treatment {place}",)) if place else CONTROL


def _comparison(metric: Metric, treatment: Treatment, baseline: Treatment | None) -> Comparison:
    key = metric.key
    return Comparison(treatment, baseline, key, key, treatment.interventions, (Aspect.PRIVACY,), metric.aspect)


RATES_AND_GAPS: Mapping[str, tuple[Simulated, Target]] = {
    "accuracy .85": (Rate(Share(number=0), 0.85), COVERED),
    "accuracy .97": (Rate(Share(number=1), 0.97), COVERED),
    "gap .10, group of 50 %": (Gap(AccuracyDisparity("half"), 0.85, 0.50, 0.10), COVERED),
    "gap .10, group of 15 %": (Gap(AccuracyDisparity("minority"), 0.85, 0.15, 0.10), COVERED),
    "no gap, group of 15 %": (Gap(AccuracyDisparity("alike"), 0.85, 0.15, 0.0), AT_LEAST),
}
Changes = tuple[tuple[float, float], ...]
"""How much worse each treatment is, and how that varies between members, both in tolerances."""

CHANGES: Changes = ((0.0, 0.5), (0.5, 0.5), (1.0, 1.0), (2.0, 1.0))


@dataclass(frozen=True)
class RatesAndGaps(Grid):
    """Differences of accuracies and gaps: a control and four treatments, which are worse by 0 to 2 tolerances."""

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """The same members and rows, of which the first so many are looked at."""
        yield from _rates_and_gaps(self, random, CHANGES)


@dataclass(frozen=True)
class RatesAndGapsAlone(Grid):
    """Accuracies and gaps of the control, which takes little time, so that there are more repetitions."""

    def once(self, random: np.random.Generator) -> Iterator[Seen]:
        """As for differences."""
        yield from _rates_and_gaps(self, random, ())


def _rates_and_gaps(of: Grid, random: np.random.Generator, changes: Changes) -> Iterator[Seen]:
    worse, spreads = np.array(changes).reshape(-1, 2).T
    weights = Draws.of(random, max(of.rows), of.draws)
    crowd = Crowd.of(random, len(changes), max(of.members), max(of.rows))
    noises = {name: crowd.noise() for name in RATES_AND_GAPS}
    for rows in of.rows:
        first = slice(0, rows)
        found = {
            name: one.samples(noises[name].at(first), weights.at(first), worse, spreads)
            for name, (one, _) in RATES_AND_GAPS.items()
        }
        for members in of.members:
            quantities = [
                Quantity(
                    name,
                    one.metric,
                    [sample.first(members) for sample in found[name]],
                    None if changes else one.value,
                    list(one.truth(worse) * one.metric.tolerance),
                    target,
                )
                for name, (one, target) in RATES_AND_GAPS.items()
            ]
            yield from covered(quantities, {"members": members, "rows": rows})
