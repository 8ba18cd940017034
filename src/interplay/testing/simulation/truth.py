"""What a metric truly is in a simulated world, and how much of a change makes it worse by so many tolerances.

Fleets of members are evaluated on many rows. Where treatments are compared they have the same random numbers, so that
only what was changed tells them apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, PredictionSets, rests_on
from interplay.measurement.pairs import on_common_rows
from interplay.metrics import GroupMetric, Metric
from interplay.testing.simulation.change import IN_CLASSES, IN_GROUPS, LARGEST, Change
from interplay.testing.simulation.latents import Latents, Shape
from interplay.testing.simulation.world import WORLDS, World


@dataclass(frozen=True)
class Fleets:
    """What a true value is worked out from: so many members over all fleets, and evaluated rows of each fleet."""

    members: int
    rows: int


MANY, SOME, FEW = Fleets(192, 20_000), Fleets(96, 10_000), Fleets(32, 4_000)
"""Where a true value is asked for closely; and where it is looked for how much of a change to make, for the metrics that
compare common rows and for others."""


@dataclass(frozen=True)
class Size:
    """Of the audits whose true values are asked for: members and evaluated rows; `fleets` say how closely.

    Only some metrics, as attacks with shadow models, depend on the members, and only what is fitted on rows on how many
    rows there are.
    """

    members: int = 16
    rows: int = 5_000
    fleets: Fleets = MANY

    def of(self, metric: Metric, world: World) -> "Size":
        """The same for all sizes that make no difference to the metric."""
        members = self.members if metric.depends_on_members else 16
        rows = self.rows if world.rule is not None or rests_on(metric.needs, PredictionSets) else 1
        return replace(self, members=members, rows=rows)


@dataclass(frozen=True)
class Truth:
    """In which world and by which changes a metric is worse by one and by two tolerances, of what moves most of it."""

    world: World
    changes: tuple[Change, Change]


STEPS = 0.125, 0.25, 0.5, 1.0
"""Shares of the largest amount that are tried."""
ENOUGH = 2.1
"""Tolerances that a change has to reach."""


@lru_cache(maxsize=256)
def truth_of(metric: Metric, worlds: tuple[World, ...] = WORLDS) -> Truth | NotMeasurable:
    """The first world and change that make a metric worse by twice its tolerance, and how much of it that takes.

    `NotMeasurable` where no world moves the metric so far: it then needs one of its own.
    """
    for world in (world for world in worlds if world.classes >= metric.fewest_classes):
        for change in _kinds(metric):
            if (changes := _amounts(metric, world, change)) is not None:
                return Truth(world, changes)
    return NotMeasurable(f"no simulated change makes {metric.key} worse by twice its tolerance of {metric.tolerance:g}")


def _kinds(metric: Metric) -> Iterator[Change]:
    """What is tried, in order: what happens in a group first for a metric of groups, and last for others; so for classes."""
    groups, classes = isinstance(metric, GroupMetric), metric.fewest_classes > 2
    kinds = sorted(LARGEST, key=lambda kind: ((kind in IN_CLASSES) != classes, (kind in IN_GROUPS) != groups))
    grouping = metric.grouping if isinstance(metric, GroupMetric) else "half"
    for kind in kinds:
        yield Change(kind, 0.0, grouping if kind in IN_GROUPS else "")


def _amounts(metric: Metric, world: World, change: Change) -> tuple[Change, Change] | None:
    """The amounts by which it is worse by one and by two tolerances, on a smooth line through some that are tried."""
    # Treatments that are compared on rows which both decide rightly have random numbers of their own: more are needed.
    size = Size(fleets=SOME if metric.paired else FEW)
    tried, worse = [0.0], [0.0]
    for step in STEPS:
        tried.append(step * LARGEST[change.kind])
        effects = true_effects(metric, world, replace(change, amount=tried[-1]), size)
        worse.append(max(effects.values(), default=0.0) / metric.tolerance)
        if worse[-1] > ENOUGH:
            break
    start = int(np.flatnonzero(np.append(True, np.diff(worse) <= 0))[-1])  # a gap may close before it opens again
    if worse[-1] <= ENOUGH or worse[start] >= 1:
        return None
    once, twice = PchipInterpolator(worse[start:], tried[start:])([1.0, 2.0]).tolist()
    return replace(change, amount=once), replace(change, amount=twice)


def true_levels(metric: Metric, world: World, size: Size) -> Mapping[str, float]:
    """The value of the control by contrast ("" without contrasts), oriented as its effect against zero."""
    return {name: pair.level(metric) for name, pair in _pairs(metric, world, Change(), size.of(metric, world)).items()}


def true_effects(metric: Metric, world: World, change: Change, size: Size) -> Mapping[str, float]:
    """How much worse the change makes the metric, by contrast.

    The size of a mean gap less that of the control; the mean of the logarithms of ratios as a ratio minus one.
    """
    return {name: pair.worse(metric) for name, pair in _pairs(metric, world, change, size.of(metric, world)).items()}


@dataclass(frozen=True, eq=False)
class _Pair:
    """The values of the members of a control and of a treatment; of a `gap` the size of the mean counts."""

    control: Float[Array, " member"]
    treated: Float[Array, " member"]
    gap: bool

    def level(self, metric: Metric) -> float:
        """That of the control."""
        return float(abs(self.control.mean()) if self.gap else _sign(metric) * self.control.mean())

    def worse(self, metric: Metric) -> float:
        """How much worse the treatment is."""
        if self.gap:
            return float(abs(self.treated.mean()) - abs(self.control.mean()))
        if metric.relative:
            return float(np.expm1(_sign(metric) * (np.log(self.treated) - np.log(self.control)).mean()))
        return float(_sign(metric) * (self.treated.mean() - self.control.mean()))


def _sign(metric: Metric) -> float:
    return 1.0 if metric.direction == "lower_is_better" else -1.0


@lru_cache(maxsize=1_024)
def _pairs(metric: Metric, world: World, change: Change, size: Size) -> Mapping[str, _Pair]:
    """The members of all fleets, by contrast; fleets in which the metric is not measurable are left out."""
    count = max(size.fleets.members // size.members, 1)
    fleets = [_of_fleet(metric, world, change, size, seed) for seed in range(count)]
    measurable = [fleet for fleet in fleets if fleet]
    return {name: _joined([fleet[name] for fleet in measurable]) for name in (measurable or [{}])[0]}


def _joined(pairs: Sequence[_Pair]) -> _Pair:
    control, treated = (np.concatenate([getattr(pair, side) for pair in pairs]) for side in ("control", "treated"))
    return _Pair(control, treated, pairs[0].gap)


def _of_fleet(metric: Metric, world: World, change: Change, size: Size, seed: int) -> Mapping[str, _Pair]:
    alike = change == Change() or not metric.paired
    control = _control(world, size, seed, alike)
    if change == Change():
        samples = (metric.measure(control),) * 2
    else:
        samples = measured(metric, control, world.evidence(_latents(size, seed, alike), 1, change, size.rows))
    ours, theirs = samples
    if isinstance(ours, NotMeasurable) or isinstance(theirs, NotMeasurable):
        return {}
    if not ours.contrasts:
        return {"": _Pair(ours.values[:, 0], theirs.values[:, 0], gap=False)}
    treated = {contrast.name: contrast.values[:, 0] for contrast in theirs.contrasts}
    return {
        contrast.name: _Pair(contrast.values[:, 0], treated[contrast.name], contrast.kind == "gap")
        for contrast in ours.contrasts
        if contrast.name in treated
    }


@lru_cache(maxsize=16)
def _control(world: World, size: Size, seed: int, alike: bool) -> Evidence:
    return world.evidence(_latents(size, seed, alike), 0, Change(), size.rows)


@lru_cache(maxsize=16)
def _latents(size: Size, seed: int, alike: bool) -> Latents:
    return Latents.of(seed, Shape(2, size.members, size.fleets.rows, 0, alike))


def measured(
    metric: Metric, control: Evidence, treated: Evidence
) -> tuple[Sample | NotMeasurable, Sample | NotMeasurable]:
    """A metric of two treatments, on the rows that both decide rightly where that is how it is compared."""
    if metric.paired:
        return on_common_rows(metric, control, treated), on_common_rows(metric, treated, control)
    return metric.measure(control), metric.measure(treated)
