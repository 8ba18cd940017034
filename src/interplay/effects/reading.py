"""One planned comparison read off the measurements: its paired differences, or why there are none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.contrast import Difference, paired_differences
from interplay.effects.near_collapse import nearly_collapsed
from interplay.effects.tolerance import tolerance_of
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Cell, Measurements, Tuning
from interplay.metrics import Metric
from interplay.quantities import Quantity
from interplay.statistics.variance_shrinkage import Prior


@dataclass(frozen=True, eq=False)
class Reading:
    """A comparison, one contrast of it, and what was found; not judged yet.

    `withheld` says which treatment collapsed, and is empty otherwise; `nearly` why the treated one nearly did. `metric`
    is None when the measurements do not know it.
    """

    comparison: Comparison
    tuning: Tuning
    contrast: str
    metric: Metric | None
    tolerance: float
    difference: Difference | NotMeasurable
    withheld: str
    nearly: str = ""

    @property
    def tested(self) -> Difference | None:
        """The difference, when there is one and it may be judged."""
        return self.difference if isinstance(self.difference, Difference) and not self.withheld else None

    @property
    def quantity(self) -> Quantity:
        """How its numbers are written."""
        unknown = Quantity(self.comparison.metric, "", "lower_is_better", relative=False)
        return unknown if self.metric is None else Quantity.of(self.metric, gap=bool(self.contrast))

    def moderated(self, prior: Prior | None, error: float) -> "Reading":
        """The same with a moderated variance, and bounds with this chance of error each."""
        if not isinstance(self.difference, Difference):
            return self
        return replace(self, difference=self.difference.moderated(prior, error))


def readings(
    measurements: Measurements, comparison: Comparison, tuning: Tuning, tolerances: Mapping[str, float]
) -> tuple[Reading, ...]:
    """The readings of one comparison, one for each contrast; none when the treatment has no such tuning.

    A baseline without as-applied samples was not re-tuned, so that its only samples serve both tunings.
    """
    place = Cell(comparison.treatment, tuning, comparison.metric)
    if tuning == "as_applied" and place not in measurements.samples:
        return ()
    metric = measurements.metrics.get(comparison.metric)
    tolerance = tolerances.get(comparison.metric, 0.0) if metric is None else tolerance_of(metric, tolerances)
    withheld = _collapsed(measurements, comparison, tuning, metric)
    found = differences(measurements, comparison, tuning, metric)
    nearly = nearly_collapsed(measurements, comparison.treatment, tuning, tolerances)
    return tuple(
        Reading(comparison, tuning, contrast, metric, tolerance, _supported(difference, metric), withheld, nearly)
        for contrast, difference in found.items()
    )


def differences(
    measurements: Measurements, comparison: Comparison, tuning: Tuning, metric: Metric | None
) -> Mapping[str, Difference | NotMeasurable]:
    """The paired differences of one comparison by contrast, on however few rows."""
    if metric is None:
        return {"": NotMeasurable(f"{comparison.metric} is not among the measured metrics")}
    against = comparison.baseline if metric.paired else None
    treated = measurements.sample(comparison.treatment, tuning, comparison.metric, against)
    if isinstance(treated, NotMeasurable):
        return {"": NotMeasurable(f"{comparison.treatment.name}: {treated.reason}")}
    if comparison.baseline is None:
        return paired_differences(treated, None, metric)
    with_treated = comparison.treatment if metric.paired else None
    control = _baseline_sample(measurements, comparison.baseline, tuning, comparison.baseline_metric, with_treated)
    if isinstance(control, NotMeasurable):
        return {"": NotMeasurable(f"baseline {comparison.baseline.name}: {control.reason}")}
    return paired_differences(treated, control, metric)


def _supported(found: Difference | NotMeasurable, metric: Metric | None) -> Difference | NotMeasurable:
    """The same unless it rests on fewer rows than the stated error rates of the metric ask for."""
    few = metric and isinstance(found, Difference) and metric.too_few(found.support)
    return few or found


def _baseline_sample(
    measurements: Measurements, baseline: Treatment, tuning: Tuning, metric: str, against: Treatment | None
) -> Sample | NotMeasurable:
    own = Cell(baseline, tuning, metric, against) in measurements.samples
    return measurements.sample(baseline, tuning if own else "tuned", metric, against)


def _collapsed(measurements: Measurements, comparison: Comparison, tuning: Tuning, metric: Metric | None) -> str:
    if metric is not None and metric.shows_collapse:
        return ""
    for treatment in (comparison.treatment, comparison.baseline):
        if treatment is None:
            continue
        why = measurements.collapse.get((treatment, tuning))
        if why is None and treatment == comparison.baseline and not _has(measurements, treatment, tuning):
            why = measurements.collapse.get((treatment, "tuned"))
        if why is not None:
            return f"{treatment.name} collapsed: {why}"
    return ""


def _has(measurements: Measurements, treatment: Treatment, tuning: Tuning) -> bool:
    return any(cell.treatment == treatment and cell.tuning == tuning for cell in measurements.samples)
