"""Hard limits: whether one deployed model of a candidate keeps them all.

A limit is about the model that is deployed, which is one member, not the mean of all. Its value is predicted with the
spread over members plus the error of the mean (see `interplay.decision.prediction`).

Several limits on one candidate are corrected by Holm's method: with p one minus the probability of keeping a limit, the
smallest p must be at most 0.05 / count, the next at most 0.05 / (count - 1), and so on. That bounds, over audits, the
chance of admitting a candidate whose deployed model breaks one of its limits, and it costs nothing beside a limit that is
kept for certain. It does not bound the chance that an admitted candidate breaks one, which is larger where few are
admitted. Breaking a single limit is enough, so that a candidate is ruled out by one limit which it keeps with probability
0.05 or less, without a correction; of a gap, only where a model that keeps the limit would hardly show as much.

A limit relative to the control is on the distance of one deployed model from the control trained on the same rows
(`interplay.decision.relative`), and follows the same rule. The control keeps it by definition.

Reference: Holm (1979), "A simple sequentially rejective multiple test procedure".
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from interplay.decision.bound import Bound, declared_bounds, in_words, is_relative, side_of
from interplay.decision.decision import LimitFinding, Status
from interplay.decision.measured import CONTROL, Measured
from interplay.decision.prediction import ROUNDING, SURE, Prediction
from interplay.decision.settling import Goal, what_would_settle
from interplay.design.treatment import Treatment
from interplay.effects.sample_size import Need
from interplay.effects.wording import count
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import PrivacyGuarantee
from interplay.statistics.multiplicity import holm
from interplay.study.model import LimitSection

Limit = tuple[str, Bound, float]
Key = TypeVar("Key")


def limit_findings(
    candidate: Treatment, limits: Sequence[LimitSection], measured: Measured
) -> tuple[LimitFinding, ...]:
    """How a candidate stands to every limit; a limit on a metric name covers all its groupings."""
    asked = [
        (key, bound, declared)
        for limit in limits
        for key in _keys(limit.metric, measured)
        for bound, declared in declared_bounds(limit)
    ]
    expected = {limit: measured.expected(candidate, limit[0], limit[1]) for limit in asked}
    chances = {
        limit: found.chance(side_of(limit[1]), limit[2])
        for limit, found in expected.items()
        if isinstance(found, Prediction)
    }
    adjusted = adjust(chances)
    return tuple(
        _finding(candidate, limit, found, chances, adjusted, measured.limited(candidate, limit[0], limit[1]))
        if isinstance(found := expected[limit], Prediction)
        else _without_number(candidate, limit, measured, found)
        for limit in asked
    )


def adjust(chances: Mapping[Key, float]) -> dict[Key, float]:
    """The probabilities of keeping each limit, corrected by Holm's method for all of them."""
    corrected = 1 - holm(np.array([1 - chance for chance in chances.values()]))
    return dict(zip(chances, corrected.tolist(), strict=True)) if chances else {}


def admits(adjusted: float) -> bool:
    """Whether a corrected probability is enough."""
    return adjusted >= SURE - ROUNDING


def alone_enough(found: LimitFinding, findings: Sequence[LimitFinding]) -> bool:
    """Whether a candidate would keep all limits if this one were moved to what it reaches."""
    own = [one for one in findings if one.treatment == found.treatment]
    if any(one.probability is None and one.status != "admissible" for one in own):
        return False
    chances = {place: 1.0 if one == found else one.probability or 0.0 for place, one in enumerate(own)}
    return all(admits(adjusted) for adjusted in adjust(chances).values())


def _keys(metric: str, measured: Measured) -> list[str]:
    known = measured.measurements.metrics
    return [key for key, one in known.items() if metric in (key, one.name)] or [metric]


def _finding(
    candidate: Treatment,
    limit: Limit,
    expected: Prediction,
    chances: Mapping[Limit, float],
    adjusted: Mapping[Limit, float],
    sample: Sample | NotMeasurable,
) -> LimitFinding:
    metric, bound, declared = limit
    chance, side = chances[limit], side_of(bound)
    kept, broken = admits(adjusted[limit]), expected.refutes(side, declared)
    status: Status = "inadmissible" if broken else "admissible" if kept else "undecided"
    level = _level(limit, chances)
    told = f"{_said(limit)} holds for one deployed model with probability {chance:.2f}"
    if candidate == CONTROL and is_relative(bound):
        told = f"{_said(limit)} holds for the control by definition"
    if len(chances) > 1 and not broken and round(chance, 2) != round(adjusted[limit], 2):
        told = f"{told} ({adjusted[limit]:.2f} corrected for {len(chances)} limits)"
    if chance <= 1 - SURE and not broken:
        often = f"{100 * expected.as_much(declared):.0f} % of cases"
        told = f"{told}, and is not shown to be broken: a model that keeps it would show as much in {often}"
    need = None
    if status == "undecided" and isinstance(sample, Sample):
        need = what_would_settle(expected, Goal(side, declared, level), sample)
    return LimitFinding(
        treatment=candidate,
        metric=metric,
        bound=bound,
        declared=declared,
        status=status,
        probability=chance,
        reachable=expected.reachable(side, level),
        reason=told if need is None else f"{told}; {_settled_by(expected, need)}",
        adjusted=adjusted[limit],
        estimate=expected.mean,
        low=expected.quantile(1 - SURE),
        high=expected.quantile(SURE),
        needed=need,
    )


def _level(limit: Limit, chances: Mapping[Limit, float]) -> float:
    """The probability of keeping this limit that is enough, given those of keeping the others.

    The least that Holm's method passes without failing another limit which passes where this one is certain.
    """
    passing = [one for one, adjusted in adjust({**chances, limit: 1.0}).items() if admits(adjusted)]
    for share in range(1, len(chances)):
        level = 1 - (1 - SURE) / share
        adjusted = adjust({**chances, limit: level})
        if all(admits(adjusted[one]) for one in passing):
            return level
    return 1 - (1 - SURE) / len(chances)


def _without_number(candidate: Treatment, limit: Limit, measured: Measured, why: NotMeasurable) -> LimitFinding:
    metric, bound, declared = limit
    status: Status = "undecided"
    reason = f"{_said(limit)} cannot be judged: {why.reason}"
    if bound == "at_most" and _is_budget(metric, measured) and not _spends(candidate, measured):
        status = "inadmissible"
        reason = f"{_said(limit)} is broken: without a privacy mechanism the budget is unbounded"
    return LimitFinding(candidate, metric, bound, declared, status, None, None, reason)


def _is_budget(metric: str, measured: Measured) -> bool:
    known = measured.measurements.metrics.get(metric)
    return known is not None and PrivacyGuarantee in known.needs


def _spends(candidate: Treatment, measured: Measured) -> bool:
    return any(set(spent.interventions) <= set(candidate.interventions) for spent in measured.measurements.budgets)


def _said(limit: Limit) -> str:
    metric, bound, declared = limit
    return f"{metric} {in_words(bound, f'{declared:g}')}"


def _settled_by(expected: Prediction, need: Need) -> str:
    numbers = f"expected {expected.mean:.3f}, models differ by {expected.between_members:.3f}"
    if need.count is None:
        return f"{numbers}: more rows or members would not settle it, only a recipe that varies less or another limit"
    return (
        f"{numbers}, the error of the mean is {expected.error:.3f}: {need.have:,} {need.thing}, "
        f"about {count(need.count)} would settle it"
    )
