"""DECIDE: hard limits first, then the declared priorities, with every rejected candidate accounted for."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, floor

from interplay.aspects import Aspect
from interplay.decision.account import rejections, told
from interplay.decision.choose import Path, Race, standings
from interplay.decision.decision import Decision, Flip, LimitFinding, Rejected, Relaxation
from interplay.decision.draws import joint_draws, stability
from interplay.decision.limits import limit_findings
from interplay.decision.losses import headline_losses
from interplay.decision.measured import Measured
from interplay.decision.residual import residual_harms
from interplay.design.treatment import Treatment
from interplay.effects.results import Effects
from interplay.measurement.measurements import Measurements
from interplay.study.model import LimitSection, PrioritiesSection


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

    Collapsed candidates go first. Then those which do not keep every hard limit with probability 0.95 for one deployed
    model (undecided ones go as well, with what would settle them). The rest are compared aspect by aspect in the
    declared ranking, re-tuned samples only, and a candidate goes when its paired loss to the best on some headline
    metric exceeds the tolerance with 95 % confidence. Ties go to the fewest interventions, then to the name.

    `measured_on` tells on which treatment a candidate's metric was measured, where that is not the candidate;
    `effects` adds the planned comparisons to the residual harms.

    Does not show: that the ranking is the right one, nor whether the winner's numbers hold on fresh rows (choosing
    flatters the winner).
    """
    measured = Measured(measurements, measured_on or {})
    collapsed = _collapsed(candidates, measurements)
    standing = [one for one in candidates if one not in {gone.treatment for gone in collapsed}]
    findings = tuple(finding for one in standing for finding in limit_findings(one, limits, measured))
    barred = _barred(standing, findings)
    admissible = [one for one in standing if one not in {gone.treatment for gone in barred}]
    opening = _opening(candidates, collapsed, barred)
    if not admissible:
        return _nothing(opening, (*collapsed, *barred), findings)
    losses = headline_losses(priorities.ranking, admissible, measured, tolerances)
    race = Race(admissible, standings(losses, len(admissible)))
    path = race.run(priorities.ranking)
    winner = admissible[path.winner]
    moves = joint_draws(losses) if losses else ()
    stable = stability(race, losses, moves, priorities.ranking)
    flips = _flips(path, race, priorities.ranking)
    return Decision(
        treatment=winner,
        reasons=(*opening, *told(path, race), *_closing(stable, flips)),
        rejected=(*collapsed, *barred, *rejections(path, race, losses)),
        limits=findings,
        residual=residual_harms(winner, measured, effects, tolerances),
        stability=stable,
        flips=flips,
        relaxations=(),
    )


def _collapsed(candidates: Sequence[Treatment], measurements: Measurements) -> list[Rejected]:
    why = {one: measurements.collapse.get((one, "tuned")) for one in candidates}
    return [Rejected(one, "collapse", reason) for one, reason in why.items() if reason is not None]


def _barred(standing: Sequence[Treatment], findings: Sequence[LimitFinding]) -> list[Rejected]:
    barred = []
    for one in standing:
        broken = [found for found in findings if found.treatment == one and found.status != "admissible"]
        if broken:
            reason = "; ".join(f"{found.status}: {found.reason}" for found in broken)
            barred.append(Rejected(one, "limit", reason))
    return barred


def _opening(
    candidates: Sequence[Treatment], collapsed: Sequence[Rejected], barred: Sequence[Rejected]
) -> tuple[str, ...]:
    left = len(candidates) - len(collapsed) - len(barred)
    return (
        f"{len(candidates)} candidates: {len(collapsed)} collapsed, {len(barred)} not shown to keep every hard limit, "
        f"{left} admissible",
    )


def _nothing(opening: tuple[str, ...], rejected: Sequence[Rejected], findings: Sequence[LimitFinding]) -> Decision:
    relaxations = _relaxations(findings)
    told = tuple(_told(one) for one in relaxations)
    return Decision(
        treatment=None,
        reasons=("No treatment is admissible.", *opening, *told),
        rejected=tuple(rejected),
        limits=tuple(findings),
        residual=(),
        stability=None,
        flips=(),
        relaxations=relaxations,
    )


def _relaxations(findings: Sequence[LimitFinding]) -> tuple[Relaxation, ...]:
    """For every limit, the candidate that needs the least; those which keep all other limits come first."""
    limits = dict.fromkeys((found.metric, found.bound, found.declared) for found in findings)
    relaxed = []
    for metric, bound, declared in limits:
        mine = [found for found in findings if (found.metric, found.bound, found.declared) == (metric, bound, declared)]
        if any(found.status == "admissible" for found in mine) and not any(
            _blocks_alone(one, findings) for one in mine
        ):
            continue
        needs = [
            (not _others_hold(found, findings), abs(found.reachable - declared), found.reachable, found.treatment)
            for found in mine
            if found.reachable is not None and found.status != "admissible"
        ]
        if needs:
            others_fail, _, needed, treatment = min(needs)
            relaxed.append(Relaxation(metric, bound, declared, needed, treatment, not others_fail))
    return tuple(relaxed)


def _others_hold(found: LimitFinding, findings: Sequence[LimitFinding]) -> bool:
    others = [one for one in findings if one.treatment == found.treatment and one != found]
    return all(one.status == "admissible" for one in others)


def _blocks_alone(found: LimitFinding, findings: Sequence[LimitFinding]) -> bool:
    return found.status != "admissible" and found.reachable is not None and _others_hold(found, findings)


def _told(one: Relaxation) -> str:
    enough = "would be admissible" if one.alone_enough else "would keep this limit, though not all others"
    # Rounded to the lenient side, so that the written limit is enough.
    lenient = floor(1000 * one.needed) if one.bound == "at_least" else ceil(1000 * one.needed)
    limit = f"{one.metric} {one.bound.replace('_', ' ')} {lenient / 1000:.3f}"
    return f"with {limit} ({one.declared:g} declared), {one.treatment.name} {enough}"


def _flips(path: Path, race: Race, ranking: Sequence[Aspect]) -> tuple[Flip, ...]:
    flips = []
    for place, (first, second) in enumerate(pairwise(ranking)):
        swapped = [*ranking[:place], second, first, *ranking[place + 2 :]]
        winner = race.run(swapped).winner
        if winner != path.winner:
            flips.append(Flip(first, second, race.candidates[winner]))
    return tuple(flips)


def _closing(stability: float | None, flips: Sequence[Flip]) -> tuple[str, ...]:
    told = [] if stability is None else [f"the same treatment wins in {100 * stability:.0f} % of repetitions"]
    told.extend(
        f"ranking {flip.second.value} above {flip.first.value} would choose {flip.winner.name}" for flip in flips
    )
    return tuple(told)
