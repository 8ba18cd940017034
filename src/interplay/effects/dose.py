"""Dose and response: how every headline metric changes with the strength of an intervention."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from interplay.design.factors import Factors
from interplay.design.joint import contexts_of
from interplay.design.strength_ladder import Ladder, ladders
from interplay.design.strength_scale import strength_scale
from interplay.design.treatment import Treatment
from interplay.effects.combination import Combination, Response, combine
from interplay.effects.dose_curve import DoseCurve, Point, Trend
from interplay.effects.field import Field, fields, standing
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable
from interplay.measurement.measurements import Measurements
from interplay.statistics.crossed_interval import ONE_SIDED
from interplay.statistics.group_sequential import Looks
from interplay.statistics.multiplicity import benjamini_hochberg

LEAST = 3
"""A trend needs so many strengths with a number; of two there is only a difference."""


def dose_curves(
    measurements: Measurements, built: Factors, tolerances: Mapping[str, float], looks: Looks | None = None
) -> tuple[DoseCurve, ...]:
    """The curve of every headline metric over every parameter with strengths, re-tuned.

    Each point is a treatment against the control, and the trend is the contrast that is linear in the strength or,
    where all strengths are positive and span a factor of four, in its logarithm:

        change = sum over strengths of weight * value, with the weights of `StrengthScale.trend_weights`

    on the scale of `interplay.effects.combination`, with the crossed interval of the weighted sum. A collapsed treatment
    and one without a number are no points of the line. `looks` as in `interplay.effects.compare`.

    Does not show: a response that rises and falls again, of which a line sees only the sum; the points do.
    """
    planned = looks or Looks.once()
    drawn = [
        curve for ladder in ladders(built) for curve in _of_ladder(ladder, measurements, built, tolerances, planned)
    ]
    tested = [place for place, curve in enumerate(drawn) if curve.trend is not None]
    raw = np.array([curve.trend.p_value for curve in drawn if curve.trend is not None], dtype=np.float64)
    for place, adjusted in zip(tested, benjamini_hochberg(np.atleast_1d(planned.adjusted(raw))), strict=True):
        trend = drawn[place].trend
        if trend is not None:
            drawn[place] = replace(drawn[place], trend=replace(trend, adjusted_p=float(adjusted)))
    return tuple(drawn)


def _of_ladder(
    ladder: Ladder, measurements: Measurements, built: Factors, tolerances: Mapping[str, float], looks: Looks
) -> Iterator[DoseCurve]:
    scale = strength_scale(tuple(ladder.treatments))
    for metric in measurements.metrics.values():
        for context in contexts_of(metric, built) if metric.headline else ():
            placed = {
                strength: built.treatment((*one.interventions, *context)) for strength, one in ladder.treatments.items()
            }
            control = built.treatment(context)
            for contrast, field in fields(measurements, metric, [control, *placed.values()]).items():
                own = standing(field, metric, measurements)
                trend = _trend(placed, own, looks)
                yield DoseCurve(
                    intervention=ladder.intervention,
                    parameter=ladder.parameter,
                    scale=scale,
                    target=metric.aspect,
                    metric=metric.key,
                    contrast=contrast,
                    context=" + ".join(context),
                    tolerance=tolerance_of(metric, tolerances),
                    points=tuple(_point(strength, one, control, own, looks) for strength, one in placed.items()),
                    trend=trend if isinstance(trend, Trend) else None,
                    reason=trend.reason if isinstance(trend, NotMeasurable) else "",
                )


def _point(
    strength: float,
    treatment: Treatment,
    control: Treatment,
    own: Field,
    looks: Looks,
) -> Point:
    found = _sum(own, {treatment: 1.0, control: -1.0}, looks)
    if isinstance(found, NotMeasurable):
        return Point(strength, treatment, None, None, None, found.reason)
    return Point(strength, treatment, found.estimate, found.low, found.high)


def _trend(placed: Mapping[float, Treatment], own: Field, looks: Looks) -> Trend | NotMeasurable:
    kept = {strength: one for strength, one in placed.items() if isinstance(own[one], Response)}
    if len(kept) < LEAST:
        return NotMeasurable(f"{len(kept)} strengths with a number; a trend needs {LEAST}")
    scale = strength_scale(tuple(kept))
    weights = dict(zip(kept.values(), map(float, scale.trend_weights()), strict=True))
    found = _sum(own, weights, looks)
    if isinstance(found, NotMeasurable):
        return found
    rising = max(case.p_above(0.0) for case in found.cases)
    falling = max(case.p_below(0.0) for case in found.cases)
    both = found.p_beyond(0.0)
    return Trend(
        strengths=scale.values,
        change=found.estimate,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        degrees=found.widest.degrees,
        members=found.widest.members,
        rising_p=rising,
        falling_p=falling,
        p_value=both,
        adjusted_p=both,
        settled=not found.unsettled,
    )


def _sum(own: Field, weights: Mapping[Treatment, float], looks: Looks) -> Combination | NotMeasurable:
    known: dict[Treatment, Response] = {}
    for one in weights:
        response = own[one]
        if isinstance(response, NotMeasurable):
            return NotMeasurable(f"{one.name}: {response.reason}")
        known[one] = response
    found = combine(known, weights)
    return found if isinstance(found, NotMeasurable) else found.moderated(None, looks.nominal(ONE_SIDED))
