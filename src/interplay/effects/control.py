"""Positive controls: whether an intervention helps its own aspect on these data at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from interplay.effects.contrast import Difference
from interplay.effects.reading import Reading
from interplay.effects.wording import measured, tolerated
from interplay.measurement.measurements import Tuning
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.statistics.group_sequential import Looks


@dataclass(frozen=True)
class Control:
    """Whether an intervention improved its own aspect by more than the tolerance.

    `passed` is None where that could not be seen (no metric measured, or the treatment collapsed): such a control is no
    pass. `estimate`, `low` and `high` belong to `metric`, the one of `tests` comparisons that improved most surely; a
    negative value is an improvement, as in effects. The bounds hold for all `tests` at once.
    """

    intervention: str
    passed: bool | None
    metric: str
    estimate: float | None
    low: float | None
    high: float | None
    sentence: str
    tests: int = 0


def positive_controls(
    readings: Sequence[Reading],
    looks: Looks,
    interventions: Collection[str] = (),
    constant: Mapping[str, float] | None = None,
) -> Mapping[tuple[str, Tuning], Control]:
    """The positive control of every intervention that has one planned, by name and tuning.

    It passes when the upper bound lies below minus the tolerance in any of its k comparisons (its metrics, and the
    contrasts of each), every bound held to 5 % / k (Bonferroni) over all planned looks: an intervention that helps
    nowhere by more than the tolerance passes with a probability of 5 % at most, however many metrics it serves. Those of
    `interventions` that no comparison looks at have one that could not be seen. With the `constant` levels, by metric, of a
    model that says the same of everybody, one that does not pass says where the control left little to gain.
    """
    grouped: dict[tuple[str, Tuning], list[Reading]] = {}
    for reading in readings:
        if reading.comparison.control_of:
            grouped.setdefault((reading.comparison.control_of, reading.tuning), []).append(reading)
    looked_at = {place: _control(place[0], found, looks, constant or {}) for place, found in grouped.items()}
    unseen = {name for name in interventions if (name, "tuned") not in looked_at}
    return looked_at | {(name, "tuned"): _unseen(name, _NOTHING) for name in interventions if name in unseen}


def helped(difference: Difference, tolerance: float) -> bool:
    """Whether an improvement by more than the tolerance is shown."""
    return difference.high < -tolerance


def _control(intervention: str, readings: Sequence[Reading], looks: Looks, constant: Mapping[str, float]) -> Control:
    # What a treatment that hardly beats a constant model gains, it may owe to that.
    tested = [(reading, None if reading.nearly else reading.tested) for reading in readings]
    measured_ones = [(reading, difference) for reading, difference in tested if difference is not None]
    error = looks.nominal(ONE_SIDED / max(len(measured_ones), 1))
    seen = [(reading, difference.at(error)) for reading, difference in measured_ones]
    if not seen:
        return _unseen(intervention, "; ".join(dict.fromkeys(_why_unseen(reading) for reading in readings)))
    reading, best = min(seen, key=lambda one: (one[1].high + one[0].tolerance) / max(one[0].tolerance, 1e-9))
    passed = helped(best, reading.tolerance)
    verb = "improves" if passed else "is not shown to improve"
    sentence = (
        f"{intervention} {verb} {_called(reading)} by more than the tolerance of "
        f"{tolerated(reading.tolerance, reading.quantity)}: {measured(best, reading.quantity)}{_of_several(len(seen))}"
    )
    if not passed and (least := _little_to_gain(seen, constant)):
        sentence += f"; {least}"
    return Control(
        intervention, passed, reading.comparison.metric, best.estimate, best.low, best.high, sentence, len(seen)
    )


def _little_to_gain(seen: Sequence[tuple[Reading, Difference]], constant: Mapping[str, float]) -> str:
    """Where the control, as measured, is within the tolerance of no gap and of a constant model in all that the intervention
    serves: so in words.
    """
    told = []
    for reading, difference in seen:
        metric, level = reading.metric, difference.control
        best = 0.0 if reading.contrast else constant.get(reading.comparison.metric)
        if metric is None or level is None or best is None or metric.direction != "lower_is_better" or metric.relative:
            return ""
        if abs(level) - best > reading.tolerance:
            return ""
        told.append((abs(level), best, _called(reading)))
    level, best, called = max(told)
    return f"little to gain was measured: the control's {called} is {level:.3f}, and {best:.3f} would be none"


def _of_several(tests: int) -> str:
    return f"; the surest of {tests} comparisons, with bounds corrected for that" if tests > 1 else ""


_NOTHING = "the study compares nothing that would show it"


def _unseen(intervention: str, why: str) -> Control:
    sentence = f"whether {intervention} helps its own aspect could not be seen ({why})"
    return Control(intervention, None, "", None, None, None, sentence)


def _called(reading: Reading) -> str:
    title = reading.comparison.metric if reading.metric is None else reading.metric.title
    return f"{title} ({reading.contrast})" if reading.contrast else title


def _why_unseen(reading: Reading) -> str:
    if reading.withheld or not reading.nearly:
        return reading.withheld or getattr(reading.difference, "reason", "")
    return f"{reading.comparison.treatment.name} nearly collapsed: {reading.nearly}"
