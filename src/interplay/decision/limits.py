"""Hard limits: whether one deployed model of a candidate keeps them.

A limit is about the model that is deployed, which is one member, not the mean of all. Its value is predicted with the
spread over members plus the error of the mean, both in one t distribution. A disparity is limited as the paper defines
it, by the largest difference between any two groups; that maximum is biased upward, so a candidate is admitted with
caution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import special

from interplay.decision.decision import Bound, LimitFinding, Status
from interplay.decision.measured import Measured
from interplay.design.treatment import Treatment
from interplay.effects.interval import crossed_interval, why_no_interval
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import PrivacyBudget
from interplay.study.model import LimitSection

SURE = 0.95
"""The probability that admits a candidate; one minus it, or less, rules it out."""


@dataclass(frozen=True)
class Prediction:
    """The value of one deployed model: where it is expected, and how far off it may be."""

    mean: float
    between_members: float
    error: float
    degrees: float

    @property
    def spread(self) -> float:
        """The standard deviation of one deployed model around `mean`, the error of `mean` included."""
        return sqrt(self.between_members**2 + self.error**2)

    def chance(self, bound: Bound, limit: float) -> float:
        """The probability that one deployed model keeps the limit."""
        room = limit - self.mean if bound == "at_most" else self.mean - limit
        if self.spread == 0:
            return 1.0 if room >= 0 else 0.0
        return float(special.stdtr(self.degrees, room / self.spread))

    def reachable(self, bound: Bound) -> float:
        """The tightest limit that one deployed model keeps surely enough."""
        room = float(special.stdtrit(self.degrees, SURE)) * self.spread
        return self.mean + room if bound == "at_most" else self.mean - room


def predict(sample: Sample) -> Prediction:
    """What one deployed model is expected to have.

    spread ** 2 = members * (from_members - residual) + variance of the mean

    with the parts of `crossed_interval`; the residual belongs to the evaluated rows and not to the deployed model.
    Degrees of freedom: members - 1. Raises `ValueError` for fewer than two members or three draws.

    Example:
        >>> import numpy as np
        >>> predict(Sample(np.array([[0.8, 0.8, 0.8], [0.9, 0.9, 0.9]]), 100)).chance("at_least", 0.85)
        0.5
    """
    members = len(sample.values)
    interval = crossed_interval(sample.values, sample.support)
    between = members * max(interval.from_members - interval.residual, 0.0)
    return Prediction(interval.estimate, sqrt(between), interval.standard_error, float(members - 1))


def limit_findings(
    candidate: Treatment, limits: Sequence[LimitSection], measured: Measured
) -> tuple[LimitFinding, ...]:
    """How a candidate stands to every limit; a limit on a metric name covers all its groupings."""
    return tuple(
        _finding(candidate, key, bound, declared, measured)
        for limit in limits
        for key in _keys(limit.metric, measured)
        for bound, declared in _bounds(limit)
    )


def _keys(metric: str, measured: Measured) -> list[str]:
    known = measured.measurements.metrics
    return [key for key, one in known.items() if metric in (key, one.name)] or [metric]


def _bounds(limit: LimitSection) -> list[tuple[Bound, float]]:
    declared: list[tuple[Bound, float | None]] = [("at_least", limit.at_least), ("at_most", limit.at_most)]
    return [(bound, value) for bound, value in declared if value is not None]


def _finding(candidate: Treatment, metric: str, bound: Bound, declared: float, measured: Measured) -> LimitFinding:
    sample = measured.sample(candidate, metric)
    why = sample.reason if isinstance(sample, NotMeasurable) else why_no_interval(sample.values)
    if isinstance(sample, NotMeasurable) or why:
        status, reason = _without_number(candidate, metric, bound, declared, measured, why)
        return LimitFinding(candidate, metric, bound, declared, status, None, None, reason)
    expected = predict(sample)
    chance = expected.chance(bound, declared)
    # Rounding must not bar a candidate whose limit is exactly the reachable one.
    sure = SURE - 1e-9
    verdict: Status = "admissible" if chance >= sure else "inadmissible" if chance <= 1 - sure else "undecided"
    told = f"{_said(metric, bound, declared)} holds for one deployed model with probability {chance:.2f}"
    reason = told if verdict != "undecided" else f"{told}; {_settled_by(expected, bound, declared)}"
    return LimitFinding(candidate, metric, bound, declared, verdict, chance, expected.reachable(bound), reason)


def _without_number(
    candidate: Treatment, metric: str, bound: Bound, declared: float, measured: Measured, why: str
) -> tuple[Status, str]:
    said = _said(metric, bound, declared)
    if bound == "at_most" and _is_budget(metric, measured) and not _spends(candidate, measured):
        return "inadmissible", f"{said} is broken: without a privacy mechanism the budget is unbounded"
    return "undecided", f"{said} cannot be judged: {why}"


def _is_budget(metric: str, measured: Measured) -> bool:
    known = measured.measurements.metrics.get(metric)
    return known is not None and PrivacyBudget in known.needs


def _spends(candidate: Treatment, measured: Measured) -> bool:
    return any(set(spent.interventions) <= set(candidate.interventions) for spent in measured.measurements.budgets)


def _said(metric: str, bound: Bound, declared: float) -> str:
    return f"{metric} {bound.replace('_', ' ')} {declared:g}"


def _settled_by(expected: Prediction, bound: Bound, declared: float) -> str:
    known = Prediction(expected.mean, expected.between_members, 0.0, expected.degrees)
    numbers = f"expected {expected.mean:.3f}, members differ by {expected.between_members:.3f}"
    if 1 - SURE < known.chance(bound, declared) < SURE:
        return f"{numbers}: more rows would not settle it, only a recipe that varies less or another limit"
    return f"{numbers}, the error of the mean is {expected.error:.3f}: more rows or members would settle it"
