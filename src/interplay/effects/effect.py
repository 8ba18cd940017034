"""An effect: one compared quantity with its interval and its verdict."""

from dataclasses import dataclass
from typing import Literal

from interplay.aspects import Aspect
from interplay.design.treatment import Treatment
from interplay.effects.sample_size import Cause, Need
from interplay.measurement.measurements import Tuning

Verdict = Literal[
    "harm",
    "harm_undetermined",
    "no_material_harm",
    "improvement",
    "inconclusive",
    "not_shown_to_work",
    "did_nothing_here",
    "withheld",
    "not_measurable",
]
"""harm: worse by more than the tolerance, after correction for multiplicity.
harm_undetermined: worse than zero is shown, worse than the tolerance is not settled.
no_material_harm: a change for the worse beyond the tolerance is ruled out (shown, not assumed).
improvement: better by more than the tolerance.
inconclusive: neither; the reason says what would settle it.
not_shown_to_work: no material harm, by an intervention of which it could not be seen whether it helps its own aspect.
did_nothing_here: no material harm, by an intervention that did not help its own aspect either.
withheld: the treatment collapsed, so its other numbers mean nothing.
not_measurable: no number; the reason says why."""


@dataclass(frozen=True)
class Effect:
    """What `applied` does to `metric` (and `contrast`, for a disparity), against `baseline`.

    `estimate`, `low` and `high` are oriented so that a positive value is a change for the worse, in the metric's unit
    (a ratio minus one for relative metrics); each bound is one-sided 95 % over all planned looks, so that with a single
    look the interval is 90 % two-sided. `standard_error` has `degrees` of freedom. `member_spread` is the standard
    deviation of one member's difference. `treated` and `control` are the plain values.

    `probability_of_harm` is P(effect > tolerance | data), of the mean over members, and `probability_deployed` that of
    one more member, which is what will be deployed; both with a flat prior. `exceedance` is the expectation of
    max(effect - tolerance, 0) / tolerance. `clear_p` is the p value against "worse by at least the tolerance", and
    `equivalent` says that both one-sided tests at the tolerance reject. `adjusted_p` is the Benjamini-Hochberg p of
    "worse by at most the tolerance" in its family; `holm_p` is Holm's, in its family or, for a metric with a hard limit,
    over all comparisons on such metrics. `smallest_detectable` is the effect beyond the tolerance found with 80 % power.
    `cause` and `needed` say what keeps the comparison open, and what would settle it. `members` are paired; where more
    looks were planned, `chance_settled` is the chance that the members of the last one settle an open comparison.
    """

    source: tuple[Aspect, ...]
    target: Aspect
    metric: str
    contrast: str
    treatment: Treatment
    baseline: Treatment | None
    baseline_metric: str
    tuning: Tuning
    applied: tuple[str, ...]
    probe: str
    primary: bool
    family: Literal["confirmatory", "secondary"]
    tolerance: float
    treated: float | None
    control: float | None
    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    degrees: float | None
    member_spread: float | None
    smallest_detectable: float | None
    probability_of_harm: float | None
    probability_deployed: float | None
    exceedance: float | None
    clear_p: float | None
    equivalent: bool | None
    adjusted_p: float | None
    holm_p: float | None
    verdict: Verdict
    reason: str
    cause: Cause | None
    needed: Need | None
    members: int | None
    chance_settled: float | None
