"""The metrics as an audit lists them: what each is, and its value on every treatment."""

from dataclasses import asdict
from typing import Any

import numpy as np

from interplay.design.plan import Design
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Measurements
from interplay.statistics.crossed_interval import crossed_interval, why_no_interval
from interplay.statistics.largest_gap import largest_gap
from interplay.study import Study


def metric_values(study: Study, design: Design, measured: Measurements) -> list[dict[str, Any]]:
    """The part "metrics" of the audit."""
    return [_metric(key, study, design, measured) for key in design.metrics]


def _metric(key: str, study: Study, design: Design, measured: Measurements) -> dict[str, Any]:
    metric = design.metrics[key]
    return {
        "key": key,
        "name": metric.name,
        "title": metric.title,
        "aspect": metric.aspect.value,
        "direction": metric.direction,
        "unit": metric.unit,
        "bounds": [bound if np.isfinite(bound) else None for bound in metric.bounds],
        "tolerance": tolerance_of(metric, study.tolerances),
        "relative": metric.relative,
        "headline": metric.headline,
        "reference": metric.reference,
        "values": [
            {"treatment": cell.treatment.name, "tuning": cell.tuning} | _value(sample, metric.bounds)
            for cell, sample in measured.samples.items()
            if cell.metric == key and cell.against is None
        ],
        "constant": measured.constant.get(key),
    }


def _value(sample: Sample | NotMeasurable, bounds: tuple[float, float]) -> dict[str, Any]:
    """One value; a mean of noisy values that lies a little outside of the bounds is shown at the bound."""
    if isinstance(sample, NotMeasurable):
        return {"mean": None, "low": None, "high": None, "support": None, "widest": None, "reason": sample.reason}
    sure = not why_no_interval(sample.values)
    interval = crossed_interval(sample.values, sample.support) if sure else None
    return {
        "mean": float(np.clip(sample.mean, *bounds)),
        "low": None if interval is None else interval.low - sample.bias[1],
        "high": None if interval is None else interval.high + sample.bias[0],
        "support": sample.support,
        "widest": _widest(sample) if sure else None,
        "reason": "; ".join(one.reason for one in sample.excluded) or None,
    }


def _widest(sample: Sample) -> dict[str, Any] | None:
    found = largest_gap(sample)
    return None if isinstance(found, NotMeasurable) else asdict(found)
