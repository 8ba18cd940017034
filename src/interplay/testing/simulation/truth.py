"""What a metric truly is in a simulated world, and how much of a change makes it worse by so many tolerances.

Fleets of members are evaluated on many rows. Where treatments are compared they have the same random numbers, so that
only what was changed tells them apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.interpolate import PchipInterpolator

from interplay.arrays import Array, Float
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Memberships, PredictionSets, RightlyDecided
from interplay.metrics import GroupMetric, Metric
from interplay.testing.simulation.change import IN_GROUPS, LARGEST, Change
from interplay.testing.simulation.latents import Latents, Shape
from interplay.testing.simulation.world import WORLDS, World


@dataclass(frozen=True)
class Fleets:
    """What a true value is worked out from: so many members over all fleets, and evaluated rows of each fleet."""

    members: int
    rows: int


MANY, FEW = Fleets(96, 10_000), Fleets(32, 4_000)
"""Where a true value is asked for, and where it is only looked for how much of a change to make."""


@dataclass(frozen=True, eq=False)
class Compared:
    """The values of the members of a control and of a treatment; of a `gap` the size of the mean counts."""

    control: Float[Array, " member"]
    treated: Float[Array, " member"]
    gap: bool = False


@dataclass(frozen=True)
class Truth:
    """In which world, by which change, and what is then true.

    `changes` are those that make the metric worse by one and by two tolerances, of the contrast that moves most.
    """

    world: World
    changes: tuple[Change, Change]

    @property
    def kind(self) -> str:
        """What the treatments do."""
        return self.changes[0].kind


STEPS = 0.125, 0.25, 0.5, 1.0
"""Shares of the largest amount that are tried."""


@lru_cache(maxsize=256)
def truth_of(metric: Metric, worlds: tuple[World, ...] = WORLDS) -> Truth | NotMeasurable:
    """The first world and change that make a metric worse by twice its tolerance, and how much of it that takes.

    `NotMeasurable` where no world moves the metric so far: it then needs one of its own.
    """
    for world in worlds:
        for change in _kinds(metric):
            amounts = _amounts(metric, world, change)
            if amounts is not None:
                return Truth(world, amounts)
    return NotMeasurable(f"no simulated change makes {metric.key} worse by twice its tolerance of {metric.tolerance:g}")


def _kinds(metric: Metric) -> Iterator[Change]:
    """What is tried, in order: what happens in a group first for a metric of groups, and last for others."""
    kinds = sorted(LARGEST, key=lambda kind: (kind in IN_GROUPS) != isinstance(metric, GroupMetric))
    grouping = metric.grouping if isinstance(metric, GroupMetric) else "half"
    for kind in kinds:
        yield Change(kind, 0.0, grouping if kind in IN_GROUPS else "")


def _amounts(metric: Metric, world: World, change: Change) -> tuple[Change, Change] | None:
    """The amounts by which it is worse by one and by two tolerances, on a smooth line through some that are tried."""
    tried, worse = [0.0], [0.0]
    for step in STEPS:
        moved = replace(change, amount=step * LARGEST[change.kind])
        # Treatments that are compared on rows which both decide rightly have random numbers of their own.
        effects = true_effects(metric, world, moved, 16, 5_000, MANY if metric.paired else FEW)
        tried.append(moved.amount)
        worse.append(max(effects.values(), default=0.0) / metric.tolerance)
        if worse[-1] > 2.1:
            break
    start = int(np.flatnonzero(np.append(True, np.diff(worse) <= 0))[-1])  # a gap may close before it opens again
    if worse[-1] <= 2.1 or worse[start] >= 1:
        return None
    amounts = PchipInterpolator(worse[start:], tried[start:])([1.0, 2.0])
    one, two = (replace(change, amount=float(amount)) for amount in amounts)
    return one, two


def true_levels(metric: Metric, world: World, fleet: int, rows: int, fleets: Fleets = MANY) -> Mapping[str, float]:
    """The value of the control by contrast ("" without contrasts), oriented as its effect against zero."""
    values = _compared(metric, world, Change(), fleet, rows, fleets)
    return {name: _level(metric, found) for name, found in values.items()}


def true_effects(
    metric: Metric,
    world: World,
    change: Change,
    fleet: int,
    rows: int,
    fleets: Fleets = MANY,
) -> Mapping[str, float]:
    """How much worse the change makes the metric, by contrast: of fleets of so many members, sets calibrated on a share
    of so many rows.

    The size of a mean gap less that of the control; the mean of the logarithms of ratios as a ratio minus one.
    """
    values = _compared(metric, world, change, fleet, rows, fleets)
    return {name: _worse(metric, found) for name, found in values.items()}


def _level(metric: Metric, found: Compared) -> float:
    return float(abs(found.control.mean()) if found.gap else _sign(metric) * found.control.mean())


def _worse(metric: Metric, found: Compared) -> float:
    if found.gap:
        return float(abs(found.treated.mean()) - abs(found.control.mean()))
    if metric.relative:
        return float(np.expm1(_sign(metric) * (np.log(found.treated) - np.log(found.control)).mean()))
    return float(_sign(metric) * (found.treated.mean() - found.control.mean()))


def _sign(metric: Metric) -> float:
    return 1.0 if metric.direction == "lower_is_better" else -1.0


def _compared(
    metric: Metric, world: World, change: Change, fleet: int, rows: int, fleets: Fleets
) -> Mapping[str, Compared]:
    """The values of the control's and the treatment's members over all fleets, by contrast.

    Only attacks with shadow models depend on the size of a fleet, and only what is fitted on rows on their number.
    """
    size = fleet if Memberships in metric.needs else 16
    fewer = rows if world.rule is not None or PredictionSets in metric.needs else 1
    return _pooled(metric, world, change, size, fewer, fleets)


@lru_cache(maxsize=1_024)
def _pooled(
    metric: Metric, world: World, change: Change, size: int, fewer: int, fleets: Fleets
) -> Mapping[str, Compared]:
    found = [
        _of_fleet(metric, world, change, seed, size, fewer, fleets.rows)
        for seed in range(max(fleets.members // size, 1))
    ]
    whole = [one for one in found if one is not None]
    if not whole:
        return {}
    return {name: _joined([one[name] for one in whole]) for name in whole[0]}


def _joined(fleets: list[Compared]) -> Compared:
    control, treated = (np.concatenate([getattr(one, side) for one in fleets]) for side in ("control", "treated"))
    return Compared(control, treated, fleets[0].gap)


def _of_fleet(
    metric: Metric, world: World, change: Change, seed: int, size: int, fewer: int, evaluated: int
) -> Mapping[str, Compared] | None:
    alike = not metric.paired
    own = _control(world, seed, size, evaluated, alike, fewer)
    if change == Change():
        control = treated = metric.measure(own)
    else:
        other = world.evidence(_latents(seed, size, evaluated, alike), 1, change, fewer)
        control, treated = measured(metric, own, other)
    if isinstance(control, NotMeasurable) or isinstance(treated, NotMeasurable):
        return None
    if not control.contrasts:
        return {"": Compared(control.values[:, 0], treated.values[:, 0])}
    theirs = {one.name: one.values[:, 0] for one in treated.contrasts}
    return {
        one.name: Compared(one.values[:, 0], theirs[one.name], one.kind == "gap")
        for one in control.contrasts
        if one.name in theirs
    }


@lru_cache(maxsize=16)
def _control(world: World, seed: int, members: int, rows: int, alike: bool, fewer: int) -> Evidence:
    return world.evidence(_latents(seed, members, rows, alike), 0, Change(), fewer)


@lru_cache(maxsize=16)
def _latents(seed: int, members: int, rows: int, alike: bool) -> Latents:
    return Latents.of(seed, Shape(2, members, rows, 0, alike))


def measured(
    metric: Metric, control: Evidence, treated: Evidence
) -> tuple[Sample | NotMeasurable, Sample | NotMeasurable]:
    """A metric of two treatments, on the rows that both decide rightly where that is how it is compared."""
    if metric.paired:
        ours, theirs = treated.ask(RightlyDecided), control.ask(RightlyDecided)
        if isinstance(ours, NotMeasurable) or isinstance(theirs, NotMeasurable):
            raise ValueError("simulated members decide rows rightly or not")
        both = RightlyDecided(ours.right & theirs.right)
        control, treated = control.instead(both), treated.instead(both)
    return metric.measure(control), metric.measure(treated)
