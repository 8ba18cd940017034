"""COMPARE: from measurements and planned comparisons to effects with verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from interplay.design.comparison import Comparison
from interplay.effects.control import Control, positive_controls
from interplay.effects.effect import Effect
from interplay.effects.multiplicity import benjamini_hochberg, holm
from interplay.effects.reading import Reading, readings
from interplay.effects.results import Effects
from interplay.effects.verdict import Correction, judge
from interplay.measurement.measurements import Measurements, Tuning

Family = Literal["confirmatory", "secondary"]

LEVELS: Mapping[Family, float] = {"confirmatory": 0.05, "secondary": 0.10}
"""The expected share of false harms that is accepted in each family."""


def compare(measurements: Measurements, comparisons: Sequence[Comparison], tolerances: Mapping[str, float]) -> Effects:
    """Judge every comparison, re-tuned and, where it was measured, as applied.

    `tolerances` are by metric key or metric name; a metric that has none keeps its own. Primary probes form the
    confirmatory family and all other comparisons the secondary one, for each tuning by itself; comparisons that are
    withheld or not measurable are in no family. A re-tuned effect says when the verdict of harm differs before
    re-tuning.

    Does not show: what another recipe, another pool of training rows or another attack would give.
    """
    tunings: tuple[Tuning, ...] = ("tuned", "as_applied")
    found = [
        reading
        for tuning in tunings
        for comparison in comparisons
        for reading in readings(measurements, comparison, tuning, tolerances)
    ]
    controls = positive_controls(found)
    corrections = _corrections(found)
    judged = tuple(_effect(reading, corrections.get(place), controls) for place, reading in enumerate(found))
    tuned = {name: control for (name, tuning), control in controls.items() if tuning == "tuned"}
    return Effects(_with_tunings_told_apart(judged), tuned)


def family_of(comparison: Comparison) -> Family:
    """Primary probes are confirmatory."""
    return "confirmatory" if comparison.probe and comparison.primary else "secondary"


def _corrections(found: Sequence[Reading]) -> Mapping[int, tuple[Correction, float]]:
    """The correction and the Holm p value of every tested reading, by position."""
    families: dict[tuple[Family, Tuning], list[tuple[int, float]]] = {}
    for place, reading in enumerate(found):
        if reading.tested is not None:
            p_value = reading.tested.p_above(reading.tolerance)
            families.setdefault((family_of(reading.comparison), reading.tuning), []).append((place, p_value))
    corrections: dict[int, tuple[Correction, float]] = {}
    for (family, _), tests in families.items():
        p_values = np.array([p_value for _, p_value in tests])
        shared, strict = benjamini_hochberg(p_values), holm(p_values)
        for (place, _), adjusted, holm_p in zip(tests, shared, strict, strict=True):
            corrections[place] = (Correction(float(adjusted), LEVELS[family], len(tests)), float(holm_p))
    return corrections


def _effect(
    reading: Reading, corrected: tuple[Correction, float] | None, controls: Mapping[tuple[str, Tuning], Control]
) -> Effect:
    comparison = reading.comparison
    own = [_control_of(name, reading.tuning, controls) for name in comparison.applied]
    correction, holm_p = corrected or (None, None)
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
        family=family_of(comparison),
        tolerance=reading.tolerance,
        **_numbers(reading),
        adjusted_p=None if correction is None else correction.adjusted_p,
        holm_p=holm_p,
        verdict=judgement.verdict,
        reason=judgement.reason,
    )


def _control_of(name: str, tuning: Tuning, controls: Mapping[tuple[str, Tuning], Control]) -> Control | None:
    """A layer is not tuned, so that its only control serves both tunings."""
    return controls.get((name, tuning), controls.get((name, "tuned")))


def _numbers(reading: Reading) -> dict[str, float | None]:
    difference, tolerance = reading.tested, reading.tolerance
    plain = {name: getattr(reading.difference, name, None) for name in ("treated", "control")}
    if difference is None:
        names = ("estimate", "low", "high", "standard_error", "smallest_detectable", "probability_of_harm")
        return {**plain, **dict.fromkeys(names)}
    return {
        **plain,
        "estimate": difference.estimate,
        "low": difference.low,
        "high": difference.high,
        "standard_error": difference.standard_error,
        "smallest_detectable": difference.smallest_detectable(tolerance),
        "probability_of_harm": difference.probability_above(tolerance),
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
