"""One metric, or one gap of it, over treatments."""

from collections.abc import Mapping, Sequence

from interplay.design.treatment import Treatment
from interplay.effects.combination import Response, responses
from interplay.estimates import NotMeasurable
from interplay.measurement.measurements import Cell, Measurements, Tuning
from interplay.metrics import Metric

Field = Mapping[Treatment, Response | NotMeasurable]
"""What each treatment has, or why it has nothing."""


def fields(
    measurements: Measurements, metric: Metric, treatments: Sequence[Treatment], tuning: Tuning = "tuned"
) -> Mapping[str, Field]:
    """The responses of every treatment, by contrast; a contrast that some treatment lacks is absent there.

    As applied, a treatment without samples of its own was not re-tuned: its only ones serve both tunings.
    """
    own: dict[Treatment, Mapping[str, Response | NotMeasurable]] = {}
    for treatment in treatments:
        sample = measurements.sample(treatment, _tuning_of(treatment, metric, measurements, tuning), metric.key)
        own[treatment] = {"": sample} if isinstance(sample, NotMeasurable) else responses(sample, metric)
    names = list(dict.fromkeys(name for found in own.values() for name in found))
    named = [name for name in names if name] or names
    return {name: {one: _response(found, name) for one, found in own.items()} for name in named}


def _tuning_of(treatment: Treatment, metric: Metric, measurements: Measurements, tuning: Tuning) -> Tuning:
    return tuning if Cell(treatment, tuning, metric.key) in measurements.samples else "tuned"


def _response(found: Mapping[str, Response | NotMeasurable], name: str) -> Response | NotMeasurable:
    absent = found.get("")
    if isinstance(absent, NotMeasurable):
        return absent
    return found.get(name, NotMeasurable(f"no contrast {name!r}"))


def collapsed(
    metric: Metric, treatments: Sequence[Treatment], measurements: Measurements, tuning: Tuning = "tuned"
) -> str:
    """Which of these treatments collapsed, and why; empty where none did or where the metric is meant to show it."""
    if metric.shows_collapse:
        return ""
    reasons = (
        (one, measurements.collapse.get((one, _tuning_of(one, metric, measurements, tuning)))) for one in treatments
    )
    return next((f"{one.name} collapsed: {why}" for one, why in reasons if why is not None), "")


def standing(field: Field, metric: Metric, measurements: Measurements, tuning: Tuning = "tuned") -> Field:
    """The same without the numbers of treatments that collapsed."""
    told = {one: collapsed(metric, [one], measurements, tuning).removeprefix(f"{one.name} ") for one in field}
    return {one: NotMeasurable(told[one]) if told[one] else response for one, response in field.items()}
