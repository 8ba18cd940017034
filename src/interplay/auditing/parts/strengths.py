"""The strengths of interventions as an audit lists them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from interplay.design.factors import Factors
from interplay.design.strength_ladder import ladders
from interplay.effects.dose_curve import DoseCurve, Point, Trend


def strength_lines(built: Factors) -> list[str]:
    """For the outline of a plan: the strengths of each parameter, the one that the study sets among them."""
    return [
        f"Strengths  {one.intervention} {one.parameter}: {', '.join(f'{value:g}' for value in one.treatments)} "
        "(each alone, measured and not chosen between)"
        for one in ladders(built)
    ]


def strengths_part(curves: Sequence[DoseCurve]) -> list[dict[str, Any]]:
    """The part "strengths" of the audit: one entry for each parameter with strengths, with its curves."""
    ladders = dict.fromkeys((one.intervention, one.parameter) for one in curves)
    return [
        {
            "intervention": intervention,
            "parameter": parameter,
            "scale": mine[0].scale.kind,
            "treatments": [
                {"strength": point.strength, "treatment": point.treatment.name}
                for point in next((one for one in mine if not one.context), mine[0]).points
            ],
            "curves": [_curve(one) for one in mine],
        }
        for intervention, parameter in ladders
        for mine in [[one for one in curves if (one.intervention, one.parameter) == (intervention, parameter)]]
    ]


def _curve(curve: DoseCurve) -> dict[str, Any]:
    return {
        "target": curve.target.value,
        "metric": curve.metric,
        "contrast": curve.contrast,
        "context": curve.context,
        "tolerance": curve.tolerance,
        "points": [_point(one) for one in curve.points],
        "trend": None if curve.trend is None else _trend(curve.trend),
        "moved": curve.moved,
        "reason": curve.reason,
    }


def _point(point: Point) -> dict[str, Any]:
    return {
        "strength": point.strength,
        "estimate": point.estimate,
        "low": point.low,
        "high": point.high,
        "reason": point.reason,
    }


def _trend(trend: Trend) -> dict[str, Any]:
    return {**asdict(trend), "strengths": list(trend.strengths), "shown": trend.shown}
