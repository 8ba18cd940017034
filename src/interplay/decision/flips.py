"""What would have changed the choice: another ranking, another tolerance, another limit."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations

import numpy as np

from interplay.decision.bound import is_relative, side_of
from interplay.decision.decision import Flip, LimitFinding, LimitFlip, Orders, ToleranceFlip
from interplay.decision.limits import alone_enough
from interplay.decision.selection import Selection
from interplay.design.treatment import Treatment

WIDEST = 10.0
"""Tolerances are tried from zero to so many times the declared one."""

STEPS = 24
"""How many tolerances are tried on either side before the interval of the change is halved."""


def swaps(contest: Selection) -> tuple[Flip, ...]:
    """The neighbours in the ranking which, swapped, make another candidate win."""
    ranking, flips = contest.ranking, []
    for place, (first, second) in enumerate(pairwise(ranking)):
        swapped = [*ranking[:place], second, first, *ranking[place + 2 :]]
        winner = contest.race.run(swapped, contest.admissible).winner
        if winner != contest.path.winner:
            flips.append(Flip(first, second, contest.candidates[winner]))
    return tuple(flips)


def orders(contest: Selection) -> tuple[Orders, ...]:
    """How many of all orders of the ranked aspects choose which candidate, the most frequent first."""
    found = Counter(contest.race.run(ranking, contest.admissible).winner for ranking in permutations(contest.ranking))
    counted = [Orders(contest.candidates[place], count) for place, count in found.items()]
    return tuple(sorted(counted, key=lambda one: (-one.count, one.treatment.name)))


def tolerance_flips(contest: Selection) -> tuple[ToleranceFlip, ...]:
    """For every headline metric, the tolerance nearest to the declared one under which another candidate wins.

    The others stay as declared. Tolerances from 0 to ten times the declared one are tried in 24 steps on either side,
    and the step with the change is halved to a thousandth, so that a change and a change back within one step go unseen.
    """
    declared = {one.criterion.metric: one.criterion.tolerance for one in contest.losses}
    found = [_nearest(contest, metric, tolerance) for metric, tolerance in declared.items()]
    return tuple(one for one in found if one is not None)


def _nearest(contest: Selection, metric: str, declared: float) -> ToleranceFlip | None:
    aspect = next(one.criterion.aspect for one in contest.losses if one.criterion.metric == metric)
    standing = contest.race.standings[aspect]

    def wins(tolerance: float) -> int:
        moved = contest.race.instead(aspect, standing.tolerating({metric: tolerance}))
        return moved.run(contest.ranking, contest.admissible).winner

    sides = (np.linspace(1, 0, STEPS + 1), np.geomspace(1, WIDEST, STEPS + 1))
    flips = []
    for side in sides:
        for inner, outer in pairwise(declared * side):
            if wins(outer) != contest.path.winner:
                needed = outer
                while abs(needed - inner) > declared / 1000:
                    middle = (needed + inner) / 2
                    inner, needed = (inner, middle) if wins(middle) != contest.path.winner else (middle, needed)
                flips.append((abs(needed - declared), float(needed)))
                break
    if not flips:
        return None
    _, needed = min(flips)
    return ToleranceFlip(metric, declared, needed, contest.candidates[wins(needed)])


def limit_flips(contest: Selection, findings: Sequence[LimitFinding]) -> tuple[LimitFlip, ...]:
    """For every limit, the smallest loosening and the smallest tightening that change the winner.

    A looser limit admits, one after the other, the candidates which keep all other limits. A tighter one bars first
    whoever needs most of it; it changes the choice once it bars the winner.
    """
    limits = dict.fromkeys((found.metric, found.bound, found.declared) for found in findings)
    flips: list[LimitFlip] = []
    for limit in limits:
        mine = [found for found in findings if (found.metric, found.bound, found.declared) == limit]
        flips.extend(_loosened(contest, mine, findings))
        flips.extend(_tightened(contest, mine))
    return tuple(flips)


def _loosened(
    contest: Selection, mine: Sequence[LimitFinding], findings: Sequence[LimitFinding]
) -> Iterator[LimitFlip]:
    now, among = contest.winner, set(contest.admissible)
    barred = [one for one in mine if contest.place(one.treatment) not in among and alone_enough(one, findings)]
    for one in sorted(barred, key=_needed_of):
        among.add(contest.place(one.treatment))
        winner = contest.wins(among)
        if winner != now:
            yield LimitFlip(one.metric, one.bound, one.declared, _reachable(one), one.treatment, winner)
            return


def _tightened(contest: Selection, mine: Sequence[LimitFinding]) -> Iterator[LimitFlip]:
    now = contest.winner
    if now is None:
        return
    reached = {one.treatment: one for one in mine if one.reachable is not None}
    if now not in reached:
        return
    if is_relative(reached[now].bound) and _reachable(reached[now]) <= 0:
        return  # no limit that may be declared bars it
    own = _needed_of(reached[now])
    kept = [place for place in contest.admissible if _keeps(contest.candidates[place], reached, own)]
    one = reached[now]
    yield LimitFlip(one.metric, one.bound, one.declared, _reachable(one), None, contest.wins(kept))


def _keeps(candidate: Treatment, reached: dict[Treatment, LimitFinding], own: float) -> bool:
    return candidate in reached and _needed_of(reached[candidate]) < own


def _needed_of(finding: LimitFinding) -> float:
    """How much of the limit it needs: a higher number is a looser limit."""
    return _reachable(finding) if side_of(finding.bound) == "at_most" else -_reachable(finding)


def _reachable(finding: LimitFinding) -> float:
    if finding.reachable is None:
        raise ValueError("only a measured limit can be moved")
    return finding.reachable
