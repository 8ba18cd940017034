"""Positive controls: whether an intervention helps its own aspect on these data at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interplay.effects.contrast import Difference
from interplay.effects.reading import Reading
from interplay.effects.wording import measured, plain
from interplay.measurement.measurements import Tuning


@dataclass(frozen=True)
class Control:
    """Whether an intervention improved its own aspect by more than the tolerance.

    `passed` is None where that could not be seen (no metric measured, or the treatment collapsed). `estimate`, `low`
    and `high` belong to `metric`, the one that improved most surely; a negative value is an improvement, as in effects.
    """

    intervention: str
    passed: bool | None
    metric: str
    estimate: float | None
    low: float | None
    high: float | None
    sentence: str


def positive_controls(readings: Sequence[Reading]) -> Mapping[tuple[str, Tuning], Control]:
    """The positive control of every intervention that has one planned, by name and tuning.

    It passes when the upper end of the 90 % interval lies below minus the tolerance in any of its comparisons.
    """
    grouped: dict[tuple[str, Tuning], list[Reading]] = {}
    for reading in readings:
        if reading.comparison.control_of:
            grouped.setdefault((reading.comparison.control_of, reading.tuning), []).append(reading)
    return {place: _control(place[0], found) for place, found in grouped.items()}


def helped(difference: Difference, tolerance: float) -> bool:
    """Whether an improvement by more than the tolerance is shown."""
    return difference.high < -tolerance


def _control(intervention: str, readings: Sequence[Reading]) -> Control:
    tested = [(reading, reading.tested) for reading in readings]
    seen = [(reading, difference) for reading, difference in tested if difference is not None]
    if not seen:
        why = "; ".join(dict.fromkeys(_why_unseen(reading) for reading in readings))
        sentence = f"whether {intervention} helps its own aspect could not be seen ({why})"
        return Control(intervention, None, "", None, None, None, sentence)
    reading, best = min(seen, key=lambda one: (one[1].high + one[0].tolerance) / max(one[0].tolerance, 1e-9))
    passed = helped(best, reading.tolerance)
    verb = "improves" if passed else "is not shown to improve"
    sentence = (
        f"{intervention} {verb} {_called(reading)} by more than {plain(reading.tolerance, best.relative)} "
        f"({measured(best)}, negative is better)"
    )
    return Control(intervention, passed, reading.comparison.metric, best.estimate, best.low, best.high, sentence)


def _called(reading: Reading) -> str:
    title = reading.comparison.metric if reading.metric is None else reading.metric.title
    return f"{title} ({reading.contrast})" if reading.contrast else title


def _why_unseen(reading: Reading) -> str:
    return reading.withheld or getattr(reading.difference, "reason", "")
