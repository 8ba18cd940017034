"""Limits and tolerances: known metrics, values the metric can take, and no contradictions."""

import math
from collections.abc import Iterable, Iterator, Mapping

from interplay.data.nearest import nearest
from interplay.evidence import PrivacyGuarantee
from interplay.metrics import DisparityMetric, GroupMetric, Metric
from interplay.study.faults import Fault
from interplay.study.groupings import groupings
from interplay.study.model import LimitSection, Study
from interplay.study.positions import KeyPath
from interplay.study.wording import quoted

Metrics = Mapping[str, type[Metric]]


def metric_of(key: str, metrics: Iterable[str]) -> str | None:
    """The metric that a key such as "accuracy_disparity/race" begins with; None when it is unknown.

    Example:
        >>> metric_of("acme/debt/race", ["acme/debt", "accuracy"]), metric_of("acuracy", ["accuracy"])
        ('acme/debt', None)
    """
    found = [name for name in metrics if key == name or key.startswith(f"{name}/")]
    return max(found, key=len, default=None)


def limit_faults(study: Study, metrics: Metrics) -> Iterator[Fault]:
    """What is wrong with each limit, and which limits leave no value that keeps them all."""
    sound: dict[int, LimitSection] = {}
    for index, limit in enumerate(study.limits):
        faults = list(_limit_faults(limit, ("limits", index), study, metrics))
        yield from faults
        if not faults:
            sound[index] = limit
    for index, limit in sound.items():
        earlier = [(number, one) for number, one in sound.items() if number < index and _overlap(one, limit, metrics)]
        clash = next((number for number, one in earlier if _empty(one, limit)), None)
        if clash is not None:
            yield _contradiction(study.limits[clash], clash, limit, index)


def tolerance_faults(study: Study, metrics: Metrics) -> Iterator[Fault]:
    """What is wrong with each tolerance."""
    for key, value in study.tolerances.items():
        path: KeyPath = ("tolerances", key)
        yield from metric_faults(key, path, study, metrics)
        name = metric_of(key, metrics)
        if value <= 0:
            step = "write the smallest change that matters to you"
            yield Fault(path, "a tolerance above 0", f"{value:g}", step)
        elif name is not None and not metrics[name].relative:
            low, high = metrics[name].bounds
            if value >= high - low:
                found = f"{value:g}, as much as {name} can change at all ({low:g} to {high:g})"
                yield Fault(path, "a small change", found, _share(value, metrics[name]) or "write a smaller one")


def _limit_faults(limit: LimitSection, path: KeyPath, study: Study, metrics: Metrics) -> Iterator[Fault]:
    yield from metric_faults(limit.metric, (*path, "metric"), study, metrics)
    name = metric_of(limit.metric, metrics)
    bounds = [limit.at_least, limit.at_most, limit.at_most_below_control, limit.at_most_above_control]
    if all(value is None for value in bounds):
        expected = "at_least, at_most, at_most_below_control or at_most_above_control"
        yield Fault(path, expected, "none of them", "add one of them")
    for bound, value in (("at_least", limit.at_least), ("at_most", limit.at_most)):
        if value is not None and name is not None:
            yield from _outside(value, name, metrics[name], (*path, bound))
    if _empty(limit, limit):
        found = f"at_least = {limit.at_least:g} and at_most = {limit.at_most:g}"
        yield Fault((*path, "at_least"), "at_least below at_most", found, "exchange them, or take one out")
    relative = {"below": limit.at_most_below_control, "above": limit.at_most_above_control}
    for side, distance in relative.items():
        if distance is not None and name is not None:
            yield from _relative_faults(side, distance, name, metrics[name], path)


def _relative_faults(side: str, distance: float, name: str, metric: type[Metric], path: KeyPath) -> Iterator[Fault]:
    """What is wrong with a limit on the distance from the control."""
    key = f"at_most_{side}_control"
    right = "below" if metric.direction == "higher_is_better" else "above"
    low, high = metric.bounds
    if issubclass(metric, DisparityMetric):
        step = f"write at_most, the largest {metric.title} that is admissible"
        found = f"{key} for {name}, whose largest gap between groups is predicted from signed gaps"
        yield Fault((*path, key), "a metric that is one value of each model", found, step)
    elif PrivacyGuarantee in metric.needs:
        step = "write at_most, the largest budget that is admissible"
        yield Fault((*path, key), "a metric that the control has", f"{key} for {name}, of which it has none", step)
    elif side != right:
        step = f"write at_most_{right}_control, or at_least or at_most for a bound of its own"
        better = metric.direction.replace("_", " ")
        yield Fault(
            (*path, key), f"a limit on the worse side of the control for {name}", f"{key}, where {better}", step
        )
    elif not 0 <= distance < high - low:
        most = "" if high - low == math.inf else f" and below {high - low:g}, as much as {name} can differ at all"
        step = _share(distance, metric) or "write how much worse than the control is admissible"
        yield Fault((*path, key), f"a distance of 0 or more{most}", f"{distance:g}", step)


def _outside(value: float, name: str, metric: type[Metric], path: KeyPath) -> Iterator[Fault]:
    low, high = metric.bounds
    if not low <= value <= high:
        if low == -math.inf:
            within = f"of at most {high:g}"
        else:
            within = f"of at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
        expected = f"a number {within} for {name} ({metric.unit})"
        yield Fault(path, expected, f"{value:g}", _share(value, metric) or "correct the number")


def _share(value: float, metric: type[Metric]) -> str:
    """The remedy for a percentage where a share belongs; empty when it is none."""
    is_percentage = metric.bounds == (0.0, 1.0) and 1 <= value <= 100
    return f"write {value / 100:g}, a share and not a percentage" if is_percentage else ""


def metric_faults(key: str, path: KeyPath, study: Study, metrics: Metrics) -> Iterator[Fault]:
    """What is wrong with a metric's key at this place of the study."""
    """What is wrong with a metric by key, at this place of the study."""
    name = metric_of(key, metrics)
    known = groupings(study)
    if name is None:
        choices = [*metrics, *(f"{one}/{group}" for one in metrics for group in known if _is_grouped(metrics[one]))]
        meant = nearest(key, choices)
        step = f"write {meant!r}" if meant else "choose one that `interplay catalogue` lists"
        yield Fault(path, "a metric of the catalogue", quoted(key), step)
    elif key != name:
        yield from _grouping_faults(name, key.removeprefix(f"{name}/"), path, known, _is_grouped(metrics[name]))


def _grouping_faults(name: str, grouping: str, path: KeyPath, known: tuple[str, ...], grouped: bool) -> Iterator[Fault]:
    found = quoted(f"{name}/{grouping}")
    if not grouped:
        yield Fault(path, f"{name} alone, as it is not measured by group", found, f"write {name!r}")
    elif grouping not in known:
        turned = (one for one in known if sorted(one.split(" x ")) == sorted(grouping.split(" x ")))
        meant = next(turned, None) or nearest(grouping, known)
        declared = "declared are " + ", ".join(map(quoted, known)) if known else "declare it under [groups.attributes]"
        step = f"write {quoted(f'{name}/{meant}')}" if meant else declared
        yield Fault(path, "a declared attribute or intersection after the metric", found, step)


def _is_grouped(metric: type[Metric]) -> bool:
    return issubclass(metric, GroupMetric)


def _overlap(one: LimitSection, other: LimitSection, metrics: Metrics) -> bool:
    """Whether two limits are about one value; a name without grouping covers every grouping."""
    same = metric_of(one.metric, metrics) == metric_of(other.metric, metrics)
    return one.metric == other.metric or (same and (one.metric in metrics or other.metric in metrics))


def _empty(one: LimitSection, other: LimitSection) -> bool:
    lows = [limit.at_least for limit in (one, other) if limit.at_least is not None]
    highs = [limit.at_most for limit in (one, other) if limit.at_most is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _contradiction(one: LimitSection, number: int, other: LimitSection, index: int) -> Fault:
    found = f"{_said(other)}, against {_said(one)} (limit {number + 1} of the file)"
    step = "change one of the two limits, or take it out"
    return Fault(("limits", index), "limits that one value can keep", found, step)


def _said(limit: LimitSection) -> str:
    bounds = {"at least": limit.at_least, "at most": limit.at_most}
    words = " and ".join(f"{word} {value:g}" for word, value in bounds.items() if value is not None)
    return f"{limit.metric} {words}"
