"""Treatments that hardly beat a model which says the same of everybody: what they seem to improve is withheld."""

from collections.abc import Mapping

from interplay.design.treatment import Treatment
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Cell, Measurements, Tuning
from interplay.statistics.crossed_interval import crossed_interval, why_no_interval

METRIC = "balanced_accuracy"


def nearly_collapsed(
    measurements: Measurements, treatment: Treatment, tuning: Tuning, tolerances: Mapping[str, float]
) -> str:
    """Why a treatment counts as nearly collapsed; empty when it does not, or where nothing is known of it.

    nearly collapsed: lower bound (one-sided 95 %) of balanced accuracy <= that of a constant model + tolerance

    A constant model is robust, private and the same to all groups for nothing; a treatment that is not shown to beat it
    by more than the tolerance may owe what it improves to that. With few rows even a useful model is not shown to.

    Does not show: that a treatment is of use; only that it is not constant.
    """
    metric, constant = measurements.metrics.get(METRIC), measurements.constant.get(METRIC)
    sample = _decisions_of(measurements, treatment, tuning)
    if metric is None or constant is None or isinstance(sample, NotMeasurable) or why_no_interval(sample.values):
        return ""
    interval, tolerance = crossed_interval(sample.values, sample.support), tolerance_of(metric, tolerances)
    if interval.low > constant + tolerance:
        return ""
    return (
        f"its balanced accuracy is {sample.mean:.3f} (at least {interval.low:.3f} with 95 % confidence) and is not shown to "
        f"exceed the {constant:.3f} of a constant model by more than {tolerance:g}"
    )


def _decisions_of(measurements: Measurements, treatment: Treatment, tuning: Tuning) -> Sample | NotMeasurable:
    """The balanced accuracy of a treatment, or of the one whose decisions it releases more of: releases come last."""
    names = treatment.interventions
    tops = [Treatment(names[:count]) for count in range(len(names), -1, -1)]
    measured = next((one for one in tops if Cell(one, tuning, METRIC) in measurements.samples), treatment)
    return measurements.sample(measured, tuning, METRIC)
