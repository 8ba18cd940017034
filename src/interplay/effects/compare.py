"""COMPARE: from measurements and planned comparisons to effects with verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from interplay.design.comparison import Comparison
from interplay.effects.control import Control, positive_controls
from interplay.effects.effect import Effect
from interplay.effects.families import Correction, corrections, family_of
from interplay.effects.reading import Reading, readings
from interplay.effects.results import Effects
from interplay.effects.verdict import Judgement, judge
from interplay.measurement.measurements import Measurements, Tuning
from interplay.statistics.crossed_interval import ONE_SIDED, shared_spread
from interplay.statistics.group_sequential import Looks
from interplay.statistics.variance_shrinkage import Prior

FUTILE = 0.10
"""Below this chance that the members of the last look settle a comparison, no more are spent on it."""


def compare(
    measurements: Measurements,
    comparisons: Sequence[Comparison],
    tolerances: Mapping[str, float],
    looks: Looks | None = None,
    limited: Collection[str] = (),
    interventions: Collection[str] = (),
) -> Effects:
    """Judge every comparison, re-tuned and, where it was measured, as applied.

    `tolerances` are by metric key or metric name; a metric that has none keeps its own. `looks` are the planned looks
    at growing numbers of members (one look where None): every bound and p value is held to a level that all looks
    together keep. `limited` names the metrics with hard limits. `interventions` are those that need a positive control:
    one that no comparison looks at is not shown to work. Variances over members are moderated over the cells of
    one metric and contrast. The correction for multiplicity is made once, over everything given (see
    `interplay.effects.families`), so all comparisons of an audit belong into one call. A re-tuned effect says when the
    verdict of harm differs before re-tuning.

    Does not show: what another recipe, another pool of training rows or another attack would give.
    """
    planned = looks or Looks.once()
    tunings: tuple[Tuning, ...] = ("tuned", "as_applied")
    raw = [
        reading
        for tuning in tunings
        for comparison in comparisons
        for reading in readings(measurements, comparison, tuning, tolerances)
    ]
    found = _moderated(raw, planned.nominal(ONE_SIDED))
    controls = positive_controls(found, planned, interventions, measurements.constant)
    corrected = corrections(found, planned, limited)
    most = planned.members[-1]
    judged = tuple(_effect(reading, corrected.get(place), controls, most) for place, reading in enumerate(found))
    tuned = {name: control for (name, tuning), control in controls.items() if tuning == "tuned"}
    return Effects(_with_tunings_told_apart(judged), tuned)


def _moderated(found: Sequence[Reading], error: float) -> list[Reading]:
    """The readings with variances drawn together within each kind of cell, and bounds with this chance of error."""
    kinds: dict[tuple[object, ...], list[Reading]] = {}
    for reading in found:
        kinds.setdefault(_kind(reading), []).append(reading)
    priors = {kind: _prior(same) for kind, same in kinds.items()}
    return [reading.moderated(priors[_kind(reading)], error) for reading in found]


def _kind(reading: Reading) -> tuple[object, ...]:
    comparison = reading.comparison
    return comparison.metric, comparison.baseline_metric, comparison.baseline is None, reading.contrast


def _prior(same: Sequence[Reading]) -> Prior | None:
    return shared_spread([reading.tested.likeliest for reading in same if reading.tested is not None])


def _effect(
    reading: Reading, correction: Correction | None, controls: Mapping[tuple[str, Tuning], Control], most: int
) -> Effect:
    comparison = reading.comparison
    own = [_control_of(name, reading.tuning, controls) for name in comparison.applied]
    judgement = judge(reading, correction, [control for control in own if control is not None])
    return Effect(
        source=comparison.source,
        target=comparison.target,
        metric=comparison.metric,
        contrast=reading.contrast,
        treatment=comparison.treatment,
        baseline=comparison.baseline,
        baseline_metric=comparison.baseline_metric,
        tuning=reading.tuning,
        applied=comparison.applied,
        probe=comparison.probe,
        primary=comparison.primary,
        family=family_of(comparison, reading.tuning),
        tolerance=reading.tolerance,
        treated=getattr(reading.difference, "treated", None),
        control=getattr(reading.difference, "control", None),
        **(_numbers(reading, correction) if correction else dict.fromkeys(_NUMBERS)),
        **_judged(judgement, reading, most),
    )


def _judged(judgement: Judgement, reading: Reading, most: int) -> dict[str, Any]:
    open_because, difference = judgement.open_because, reading.tested
    members = None if difference is None else len(difference.values)
    chance = None
    if open_because and difference and members is not None and members < most:
        chance = difference.chance_settled(reading.tolerance, most)
    stopped = "" if chance is None or chance >= FUTILE else _futile(chance, most)
    return {
        "verdict": judgement.verdict,
        "reason": judgement.reason + stopped,
        "cause": None if open_because is None else open_because.cause,
        "needed": None if open_because is None else open_because.need,
        "members": members,
        "chance_settled": chance,
    }


def _futile(chance: float, most: int) -> str:
    percent = "less than 1" if chance < 0.01 else f"{100 * chance:.0f}"
    return f"; not settled at this budget: the chance that {most} members would settle it is {percent} %"


def _control_of(name: str, tuning: Tuning, controls: Mapping[tuple[str, Tuning], Control]) -> Control | None:
    """A layer is not tuned, so that its only control serves both tunings."""
    return controls.get((name, tuning), controls.get((name, "tuned")))


_NUMBERS = (
    "estimate",
    "low",
    "high",
    "standard_error",
    "degrees",
    "member_spread",
    "smallest_detectable",
    "probability_of_harm",
    "probability_deployed",
    "exceedance",
    "clear_p",
    "equivalent",
    "adjusted_p",
    "holm_p",
)


def _numbers(reading: Reading, correction: Correction) -> dict[str, Any]:
    difference, tolerance = reading.tested, reading.tolerance
    if difference is None:
        raise ValueError("a corrected reading has a number")
    return {
        "estimate": difference.estimate,
        "low": difference.low,
        "high": difference.high,
        "standard_error": difference.standard_error,
        "degrees": difference.degrees,
        "member_spread": difference.member_spread,
        "smallest_detectable": difference.smallest_detectable(tolerance),
        "probability_of_harm": difference.probability_above(tolerance),
        "probability_deployed": difference.probability_one_above(tolerance),
        "exceedance": difference.exceedance(tolerance),
        "clear_p": difference.p_below(tolerance),
        "equivalent": -tolerance < difference.low and difference.high < tolerance,
        "adjusted_p": correction.adjusted_p,
        "holm_p": correction.holm_p,
    }


def _with_tunings_told_apart(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    before = {_place(effect): effect for effect in effects if effect.tuning == "as_applied"}
    return tuple(
        replace(effect, reason=effect.reason + _told_apart(effect, before.get(_place(effect))))
        if effect.tuning == "tuned"
        else effect
        for effect in effects
    )


def _place(effect: Effect) -> tuple[object, ...]:
    return (effect.treatment, effect.baseline, effect.metric, effect.baseline_metric, effect.contrast, effect.probe)


def _told_apart(tuned: Effect, applied: Effect | None) -> str:
    if applied is None or "harm" not in (tuned.verdict, applied.verdict):
        return ""
    if tuned.verdict == applied.verdict:
        return "; harm also as applied"
    if applied.verdict == "harm":
        return f"; harm before re-tuning ({applied.reason})"
    return f"; not harm before re-tuning ({applied.verdict.replace('_', ' ')})"
