"""CONFIRM: whether a decision stands on rows that nothing has used, with models that nothing has chosen.

The best of several noisy candidates looks better than it is, so the numbers that chose a winner flatter it. Fresh models
of the winner and of the control, trained on the whole pool, are therefore measured once on the audit rows. They differ
from those of the run in three ways: other random numbers, twice the rows to train on, and other rows to be judged by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interplay.decision.bound import Bound
from interplay.decision.decision import LimitFinding, Status
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.decision.prediction import SURE, predict
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect, Verdict
from interplay.effects.interval import crossed_interval, why_no_interval
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Measurements
from interplay.study.model import LimitSection

CONTROL = Treatment()

ROUNDING = 1e-6
"""The measurements of a run are kept in single precision."""

Outcome = Literal["stands", "fails", "open"]
"""stands: every hard limit is kept. fails: one is broken, or the winner collapsed. open: one is not settled."""


@dataclass(frozen=True)
class Held:
    """A run's estimate against the interval of a confirmation.

    `low` and `high` bound the mean over members (90 %); `earlier` is the run's estimate from models trained on half of
    the pool, and `inside` whether it lies between them; both are None where there is no such number.
    """

    estimate: float | None
    low: float | None
    high: float | None
    earlier: float | None

    @property
    def inside(self) -> bool | None:
        """Whether the run's estimate lies in the interval."""
        if self.earlier is None or self.low is None or self.high is None:
            return None
        slack = ROUNDING * max(1.0, abs(self.earlier))
        return self.low - slack <= self.earlier <= self.high + slack


@dataclass(frozen=True)
class ConfirmedLimit:
    """One hard limit on the audit rows: kept (admissible), broken (inadmissible) or undecided.

    `probability` is that of one deployed model keeping it, `deployed` the value that it falls short of, and exceeds, with
    a probability of 5 % each.
    """

    metric: str
    bound: Bound
    declared: float
    status: Status
    probability: float | None
    held: Held
    deployed: tuple[float, float] | None
    reason: str


@dataclass(frozen=True)
class ConfirmedEffect:
    """One headline metric, the winner against the control; positive is worse. Numbers as in `Effect`."""

    metric: str
    contrast: str
    tolerance: float
    treated: float | None
    control: float | None
    held: Held
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Confirmation:
    """What the audit rows say about the decision for `treatment`, with the reasons in sentences."""

    treatment: Treatment
    outcome: Outcome
    reasons: tuple[str, ...]
    limits: tuple[ConfirmedLimit, ...]
    effects: tuple[ConfirmedEffect, ...]


def confirmed(
    winner: Treatment,
    found: Measured,
    earlier: Measured,
    limits: Sequence[LimitSection],
    tolerances: Mapping[str, float],
) -> Confirmation:
    """Judge a winner by fresh models on fresh rows; `earlier` are the measurements that chose it.

    A limit is judged by the predictive rule of `limit_findings`: kept where one deployed model keeps it with probability
    0.95. The decision stands only if every hard limit is kept, fails if one is broken or the winner collapsed, and is
    open otherwise. Headline metrics are compared with the control's as one confirmatory family; harm there is told and
    does not undo the decision, since no limit was set on it.

    Does not show: what other rows than those of this table would give, nor, for metrics that were left out, anything.
    """
    judged = tuple(_limit(one, found, earlier) for one in limit_findings(winner, limits, found))
    collapse = found.measurements.collapse.get((winner, "tuned"))
    outcome = _outcome(judged, collapse)
    effects = _effects(winner, found, earlier, tolerances)
    reasons = (*_reasons(judged, collapse, outcome), *_flattery(judged, effects))
    return Confirmation(winner, outcome, reasons, judged, effects)


def headline_comparisons(winner: Treatment, measured: Measured) -> tuple[Comparison, ...]:
    """The winner against the control on every headline metric; none where the control has won."""
    headline = {key: one for key, one in measured.measurements.metrics.items() if one.headline and winner != CONTROL}
    return tuple(
        Comparison(
            treatment=measured.place(winner, key),
            baseline=measured.place(CONTROL, key),
            metric=key,
            baseline_metric=key,
            applied=winner.interventions,
            source=(),
            target=metric.aspect,
            probe="confirmation/headline",
            primary=True,
        )
        for key, metric in headline.items()
    )


def _limit(finding: LimitFinding, found: Measured, earlier: Measured) -> ConfirmedLimit:
    limited = finding.treatment, finding.metric, finding.bound
    sample, before = found.limited(*limited), earlier.limited(*limited)
    known = before.mean if isinstance(before, Sample) else None
    held, deployed = Held(None, None, None, known), None
    if isinstance(sample, Sample) and not why_no_interval(sample.values):
        interval, expected = crossed_interval(sample.values, sample.support), predict(sample)
        held = Held(interval.estimate, interval.low, interval.high, known)
        deployed = (expected.reachable("at_least"), expected.reachable("at_most"))
    return ConfirmedLimit(
        metric=finding.metric,
        bound=finding.bound,
        declared=finding.declared,
        status=finding.status,
        probability=finding.probability,
        held=held,
        deployed=deployed,
        reason=finding.reason,
    )


def _effects(
    winner: Treatment, found: Measured, earlier: Measured, tolerances: Mapping[str, float]
) -> tuple[ConfirmedEffect, ...]:
    planned = headline_comparisons(winner, found)
    before = {(one.metric, one.contrast): one.estimate for one in _tuned(earlier.measurements, planned, tolerances)}
    return tuple(
        ConfirmedEffect(
            metric=one.metric,
            contrast=one.contrast,
            tolerance=one.tolerance,
            treated=one.treated,
            control=one.control,
            held=Held(one.estimate, one.low, one.high, before.get((one.metric, one.contrast))),
            verdict=one.verdict,
            reason=one.reason,
        )
        for one in _tuned(found.measurements, planned, tolerances)
    )


def _tuned(
    measurements: Measurements, planned: Sequence[Comparison], tolerances: Mapping[str, float]
) -> tuple[Effect, ...]:
    """Only re-tuned samples are judged: a confirmation trains nothing as applied."""
    samples = {cell: sample for cell, sample in measurements.samples.items() if cell.tuning == "tuned"}
    return compare(replace(measurements, samples=samples), planned, tolerances).effects


def _outcome(judged: Sequence[ConfirmedLimit], collapse: str | None) -> Outcome:
    statuses = {one.status for one in judged}
    if collapse is not None or "inadmissible" in statuses:
        return "fails"
    return "open" if "undecided" in statuses else "stands"


def _reasons(judged: Sequence[ConfirmedLimit], collapse: str | None, outcome: Outcome) -> tuple[str, ...]:
    if collapse is not None:
        return (f"the chosen treatment collapsed on the audit rows: {collapse}", *(one.reason for one in judged))
    if not judged:
        return ("the study declares no hard limit, so that none can fail",)
    kept = sum(one.status == "admissible" for one in judged)
    counted = f"hard limits that one deployed model keeps with probability {SURE:.2f} or more: {kept} of {len(judged)}"
    return (counted, *(one.reason for one in judged if one.status != "admissible"))


def _flattery(judged: Sequence[ConfirmedLimit], effects: Sequence[ConfirmedEffect]) -> tuple[str, ...]:
    held = [*(one.held for one in judged), *(one.held for one in effects)]
    inside = [one.inside for one in held if one.inside is not None]
    if not inside:
        return ()
    return (
        f"{sum(inside)} of {len(inside)} estimates of the run lie inside the intervals of the confirmation; outside ones may "
        "come from choosing the best, from training on twice the rows, or from chance",
    )


def unmeasured(measurements: Measurements, keys: Sequence[str], reason: str) -> Measurements:
    """The same measurements, with the reason why these metrics have no value."""
    absent = {replace(cell, metric=key): NotMeasurable(reason) for cell in measurements.samples for key in keys}
    return replace(measurements, samples={**measurements.samples, **absent})
