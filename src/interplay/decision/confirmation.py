"""CONFIRM: whether a decision stands on previously unused rows, with models that nothing has chosen.

The best of several noisy candidates looks better than it is, so the numbers that chose a winner flatter it. Fresh models
of the winner and of the control, trained on the whole pool, are therefore measured once on the audit rows. They differ
from those of the run in three ways: other random numbers, twice the rows to train on, and other rows to be judged by.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from interplay.aspects import RANKED_ASPECTS, Aspect
from interplay.decision.bound import Bound
from interplay.decision.decision import LimitFinding, Status
from interplay.decision.limits import limit_findings
from interplay.decision.measured import Measured
from interplay.decision.prediction import SURE, predict
from interplay.design.comparison import Comparison
from interplay.design.treatment import Treatment
from interplay.effects.compare import compare
from interplay.effects.effect import Effect, Verdict
from interplay.effects.near_collapse import METRIC as BALANCED
from interplay.effects.near_collapse import nearly_collapsed
from interplay.estimates import NotMeasurable, Sample
from interplay.measurement.measurements import Measurements
from interplay.statistics.crossed_interval import crossed_interval, why_no_interval
from interplay.study.model import LimitSection

CONTROL = Treatment()


ROUNDING = 1e-6
"""The measurements of a run are kept in single precision."""

Outcome = Literal["stands", "not_confirmed"]

Cause = Literal[
    "collapsed", "limit_broken", "harm_shown", "no_better_than_constant", "limit_not_settled", "not_measured"
]
"""Why a decision is not confirmed, the gravest first. no_better_than_constant: balanced accuracy is not shown to exceed that
of a model that always says the same. not_measured: an aspect that the decision rested on has no number here."""


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
    """What the audit rows say about the decision for `treatment`, with the reasons in sentences.

    `causes` say why it is not confirmed, and are empty where it stands. `unconfirmed` are aspects that the decision rested
    on and that no confirmation can measure.
    """

    treatment: Treatment
    outcome: Outcome
    causes: tuple[Cause, ...]
    unconfirmed: tuple[Aspect, ...]
    reasons: tuple[str, ...]
    limits: tuple[ConfirmedLimit, ...]
    effects: tuple[ConfirmedEffect, ...]


def confirmed(
    winner: Treatment,
    found: Measured,
    earlier: Measured,
    limits: Sequence[LimitSection],
    tolerances: Mapping[str, float],
    left_out: Collection[str] = (),
) -> Confirmation:
    """Judge a winner by fresh models on fresh rows; `earlier` are the measurements that chose it.

    A limit is judged by the predictive rule of `limit_findings`: kept where one deployed model keeps it with probability
    0.95. Headline metrics are compared with the control's as one confirmatory family. The decision stands only if all of
    this holds: every hard limit is kept; no headline metric shows a harm beyond its tolerance; the winner did not collapse
    and its balanced accuracy is shown to exceed that of a constant model by more than the tolerance, as in a run
    (`interplay.effects.near_collapse`); and of every aspect that the decision rested on (see `rested_on`) a headline metric
    was measured. Otherwise it is not confirmed.

    `left_out` are the metrics that no confirmation can measure. An aspect that has no others cannot be confirmed; that is
    told and does not count against the decision.

    Does not show: what other rows than those of this table would give, nor, for metrics that were left out, anything.
    """
    judged = tuple(_limit(one, found, earlier) for one in limit_findings(winner, limits, found))
    effects = _effects(winner, found, earlier, tolerances)
    aspects = rested_on(winner, earlier)
    unconfirmed = tuple(aspect for aspect, keys in aspects.items() if set(keys) <= set(left_out))
    missing = {
        one: keys for one, keys in aspects.items() if one not in unconfirmed and not _any_measured(keys, winner, found)
    }
    told: dict[Cause, tuple[str, ...]] = {
        "collapsed": _collapsed(winner, found),
        "limit_broken": tuple(one.reason for one in judged if one.status == "inadmissible"),
        "harm_shown": tuple(map(_harm, (one for one in effects if one.verdict == "harm"))),
        "no_better_than_constant": _constant(winner, found, tolerances),
        "limit_not_settled": tuple(one.reason for one in judged if one.status == "undecided"),
        "not_measured": tuple(_missing(aspect, keys, winner, found) for aspect, keys in missing.items()),
    }
    causes = tuple(cause for cause, sentences in told.items() if sentences)
    why = (sentence for sentences in told.values() for sentence in sentences)
    beyond = (f"{one.value} is not confirmed: no models of a confirmation can measure it" for one in unconfirmed)
    reasons = (*_counted(judged), *why, *beyond, *_flattery(judged, effects))
    return Confirmation(winner, "not_confirmed" if causes else "stands", causes, unconfirmed, reasons, judged, effects)


def rested_on(winner: Treatment, earlier: Measured) -> dict[Aspect, tuple[str, ...]]:
    """The aspects that a decision rested on, with their headline metrics that had a number for the winner in the run.

    All of them count and not only those at whose step a candidate went: a winner was also chosen because no other aspect
    spoke against it.
    """
    found: dict[Aspect, tuple[str, ...]] = {}
    for key, metric in earlier.measurements.metrics.items():
        if metric.headline and metric.aspect in RANKED_ASPECTS and _is_measured(earlier.sample(winner, key)):
            found[metric.aspect] = (*found.get(metric.aspect, ()), key)
    return found


def _is_measured(sample: Sample | NotMeasurable) -> bool:
    return isinstance(sample, Sample) and not why_no_interval(sample.values)


def _any_measured(keys: Sequence[str], winner: Treatment, found: Measured) -> bool:
    return any(_is_measured(found.sample(winner, key)) for key in keys)


def _missing(aspect: Aspect, keys: Sequence[str], winner: Treatment, found: Measured) -> str:
    samples = {key: found.sample(winner, key) for key in keys}
    why = [f"{key}: {one.reason}" for key, one in samples.items() if isinstance(one, NotMeasurable)]
    return f"of {aspect.value}, which the decision rested on, nothing was measured ({'; '.join(why) or 'no interval'})"


def _collapsed(winner: Treatment, found: Measured) -> tuple[str, ...]:
    why = found.measurements.collapse.get((winner, "tuned"))
    return () if why is None else (f"the chosen treatment collapsed on the audit rows: {why}",)


def _harm(effect: ConfirmedEffect) -> str:
    name = f"{effect.metric} ({effect.contrast})" if effect.contrast else effect.metric
    return f"{name} is shown to be worse than the control's by more than the tolerance of {effect.tolerance:g}"


def _constant(winner: Treatment, found: Measured, tolerances: Mapping[str, float]) -> tuple[str, ...]:
    """Why the winner is not shown to be better than a model that always says the same; nothing where it is."""
    sample = found.sample(winner, BALANCED)
    if isinstance(sample, NotMeasurable) or why_no_interval(sample.values):
        why = sample.reason if isinstance(sample, NotMeasurable) else why_no_interval(sample.values)
    else:
        why = nearly_collapsed(found.measurements, found.place(winner, BALANCED), "tuned", tolerances)
    return (f"not shown to beat a constant model: {why}",) if why else ()


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


def _counted(judged: Sequence[ConfirmedLimit]) -> tuple[str, ...]:
    if not judged:
        return ("the study declares no hard limit, so that none can fail",)
    kept = sum(one.status == "admissible" for one in judged)
    return (f"hard limits that one deployed model keeps with probability {SURE:.2f} or more: {kept} of {len(judged)}",)


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
