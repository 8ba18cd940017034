"""DECIDE: hard limits first, then the declared priorities, with every rejected candidate accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor

from interplay.decision.account import rejections, told
from interplay.decision.admission import admitted, limited_members
from interplay.decision.bound import in_words, side_of
from interplay.decision.decision import (
    WHY_UNRESOLVED,
    Decision,
    Flip,
    LimitFinding,
    Rejected,
    Relaxation,
    RunnerUp,
    Unresolved,
)
from interplay.decision.draws import joint_draws, members, repetitions, stability
from interplay.decision.flips import limit_flips, orders, swaps, tolerance_flips
from interplay.decision.front import front
from interplay.decision.limits import alone_enough, limit_findings
from interplay.decision.losses import Move, headline_losses
from interplay.decision.measured import Measured
from interplay.decision.questions import open_comparisons, open_limits
from interplay.decision.residual import residual_harms
from interplay.decision.runner_up import runner_up
from interplay.decision.selection import Selection
from interplay.design.treatment import Treatment
from interplay.effects.near_collapse import nearly_collapsed
from interplay.effects.results import Effects
from interplay.measurement.measurements import Measurements
from interplay.study.model import LimitSection, PrioritiesSection

SET_THEM = "rank the aspects and write who did under [priorities], as set_by, and run the study again"


def decide(
    candidates: Sequence[Treatment],
    measurements: Measurements,
    priorities: PrioritiesSection,
    limits: Sequence[LimitSection],
    tolerances: Mapping[str, float],
    measured_on: Mapping[tuple[Treatment, str], Treatment] | None = None,
    effects: Effects | None = None,
) -> Decision:
    """Choose the treatment to deploy, or say that none is admissible.

    Candidates that collapsed, or nearly did (`interplay.effects.near_collapse`), go first. Then those of which one
    deployed model is not shown to keep all hard limits with probability 0.95 (`interplay.decision.limits`; undecided
    ones go as well, with what would settle them). The rest are compared aspect by aspect in the declared ranking, re-
    tuned samples only, and a candidate goes when it is shown to be worse than another one by more than the tolerance
    on some headline metric (`interplay.decision.choose`). Ties go to the fewest interventions, then to the name.

    With `priorities.set_by` empty nobody has set the priorities, and none is chosen: no value judgement is made that
    nobody made. Limits, the front and the choice under every order of the aspects are given as information.

    `measured_on` tells on which treatment a candidate's metric was measured, where that is not the candidate;
    `effects` adds the planned comparisons to the residual harms. A ranking names each aspect once; `check` of
    `interplay.study` refuses others.

    Does not show: that the ranking is the right one, nor whether the winner's numbers hold on fresh rows (choosing
    flatters the winner).
    """
    measured = Measured(measurements, measured_on or {})
    collapsed = _collapsed(candidates, measurements, tolerances)
    standing = [one for one in candidates if one not in {gone.treatment for gone in collapsed}]
    findings = tuple(finding for one in standing for finding in limit_findings(one, limits, measured))
    barred = _barred(standing, findings)
    out = {gone.treatment for gone in barred}
    contest = Selection(
        candidates=standing,
        losses=headline_losses(priorities.ranking, standing, measured, tolerances),
        ranking=priorities.ranking,
        admissible=tuple(place for place, one in enumerate(standing) if one not in out),
    )
    opening = _opening(candidates, collapsed, barred)
    again = repetitions([*members(contest.losses), *limited_members(findings, measured)])
    moves = joint_draws(contest.losses, again)
    stable = stability(contest, moves, admitted(standing, findings, measured, again))
    if contest.winner is None:
        nothing = replace(_nothing(opening, (*collapsed, *barred), findings, standing), stability=stable)
        return _questioned(nothing, contest, findings) if priorities.signed else nothing
    if not priorities.signed:
        return _unset(opening, (*collapsed, *barred), findings, contest, moves)
    flips, rival = swaps(contest), runner_up(contest)
    decision = Decision(
        treatment=contest.winner,
        reasons=(*opening, *told(contest.path, contest.race), *_closing(stable, flips, rival)),
        rejected=(*collapsed, *barred, *rejections(contest.path, contest.race, contest.losses)),
        limits=findings,
        residual=residual_harms(contest.winner, measured, effects, tolerances),
        stability=stable,
        flips=flips,
        relaxations=(),
        pareto=front(contest, moves),
        runner_up=rival,
        orders=orders(contest),
        tolerance_flips=tolerance_flips(contest),
        open_questions=tuple(open_comparisons(contest, measured)),
    )
    return _questioned(decision, contest, findings)


def _collapsed(
    candidates: Sequence[Treatment], measurements: Measurements, tolerances: Mapping[str, float]
) -> list[Rejected]:
    """Those that collapsed, or nearly did."""
    why = {
        one: measurements.collapse.get((one, "tuned")) or nearly_collapsed(measurements, one, "tuned", tolerances)
        for one in candidates
    }
    return [Rejected(one, "collapse", reason) for one, reason in why.items() if reason]


def _barred(standing: Sequence[Treatment], findings: Sequence[LimitFinding]) -> list[Rejected]:
    barred = []
    for one in standing:
        broken = [found for found in findings if found.treatment == one and found.status != "admissible"]
        if broken:
            reason = "; ".join(f"{found.status}: {found.reason}" for found in broken)
            worst = min(broken, key=lambda found: -1.0 if found.probability is None else found.probability)
            numbers = worst.metric, worst.estimate, worst.low, worst.high
            barred.append(Rejected(one, "limit", reason, *numbers))
    return barred


def _opening(
    candidates: Sequence[Treatment], collapsed: Sequence[Rejected], barred: Sequence[Rejected]
) -> tuple[str, ...]:
    left = len(candidates) - len(collapsed) - len(barred)
    return (
        f"{len(candidates)} candidates: {len(collapsed)} collapsed, {len(barred)} not shown to keep every hard limit, "
        f"{left} admissible",
    )


def _questioned(decision: Decision, contest: Selection, findings: Sequence[LimitFinding]) -> Decision:
    """With the limits that, moved or settled, would change the choice."""
    return replace(
        decision,
        limit_flips=limit_flips(contest, findings),
        open_questions=(*open_limits(contest, findings), *decision.open_questions),
    )


def _unset(
    opening: tuple[str, ...],
    rejected: Sequence[Rejected],
    findings: Sequence[LimitFinding],
    contest: Selection,
    moves: Sequence[Move],
) -> Decision:
    return Decision(
        treatment=None,
        reasons=(WHY_UNRESOLVED["priorities_not_set"], *opening, SET_THEM),
        rejected=tuple(rejected),
        limits=tuple(findings),
        residual=(),
        stability=None,
        flips=(),
        relaxations=(),
        pareto=front(contest, moves),
        orders=orders(contest),
        unresolved="priorities_not_set",
    )


def _nothing(
    opening: tuple[str, ...],
    rejected: Sequence[Rejected],
    findings: Sequence[LimitFinding],
    standing: Sequence[Treatment],
) -> Decision:
    relaxations = _relaxations(findings)
    told = tuple(_told(one) for one in relaxations)
    why: Unresolved = "nothing_admissible" if standing else "nothing_learned"
    return Decision(
        treatment=None,
        reasons=(WHY_UNRESOLVED[why], *opening, *told),
        rejected=tuple(rejected),
        limits=tuple(findings),
        residual=(),
        stability=None,
        flips=(),
        relaxations=relaxations,
        unresolved=why,
    )


def _relaxations(findings: Sequence[LimitFinding]) -> tuple[Relaxation, ...]:
    """For every limit, the candidate that needs the least; those which keep all other limits come first."""
    limits = dict.fromkeys((found.metric, found.bound, found.declared) for found in findings)
    relaxed = []
    for metric, bound, declared in limits:
        mine = [found for found in findings if (found.metric, found.bound, found.declared) == (metric, bound, declared)]
        blocked = [found for found in mine if found.status != "admissible"]
        if len(blocked) < len(mine) and not any(alone_enough(one, findings) for one in blocked):
            continue
        needs = [
            (not alone_enough(found, findings), abs(found.reachable - declared), found.reachable, found.treatment)
            for found in blocked
            if found.reachable is not None
        ]
        if needs:
            others_fail, _, needed, treatment = min(needs)
            relaxed.append(Relaxation(metric, bound, declared, needed, treatment, not others_fail))
    return tuple(relaxed)


def _told(one: Relaxation) -> str:
    enough = "would be admissible" if one.alone_enough else "would keep this limit, though not all others"
    # Rounded to the lenient side, so that the written limit is enough.
    lenient = floor(1000 * one.needed) if side_of(one.bound) == "at_least" else ceil(1000 * one.needed)
    limit = f"{one.metric} {in_words(one.bound, f'{lenient / 1000:.3f}')}"
    return f"with {limit} instead of {one.declared:g}, {one.treatment.name} {enough}"


def _closing(stable: float | None, flips: Sequence[Flip], rival: RunnerUp | None) -> tuple[str, ...]:
    told = [] if stable is None else [f"the same treatment wins in {100 * stable:.0f} % of simulated repetitions"]
    told.extend(
        f"ranking {flip.second.value} above {flip.first.value} would choose {flip.winner.name}" for flip in flips
    )
    return (*told, *([] if rival is None else [rival.sentence]))
