"""The lexicographic choice: aspect after aspect, candidates shown to be worse than the best go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interplay.aspects import Aspect
from interplay.decision.decision import Rejected
from interplay.decision.losses import Losses
from interplay.design.treatment import Treatment

Table = Mapping[Aspect, Sequence[Losses]]


@dataclass(frozen=True)
class Choice:
    """The winner, how it came about, and who went at which aspect."""

    winner: Treatment
    reasons: tuple[str, ...]
    rejected: tuple[Rejected, ...]


def choose(candidates: Sequence[Treatment], ranking: Sequence[Aspect], table: Table, draw: int = 0) -> Choice:
    """Go down the ranking; ties go to the fewest interventions, then to the name.

    At each aspect a candidate goes when, on some headline metric, it is shown to be worse than the best one by more
    than the tolerance. Where no candidate survives that (each is clearly worse than another one somewhere), those go
    that are beaten by a candidate which they beat nowhere; if even that leaves none, the aspect does not choose.
    """
    left = list(candidates)
    reasons: list[str] = []
    rejected: list[Rejected] = []
    for aspect in ranking:
        kept, gone, sentence = _at(aspect, left, table.get(aspect, ()), draw)
        reasons.append(sentence)
        rejected.extend(gone)
        left = kept
    winner = min(left, key=lambda one: (len(one.interventions), one.name))
    if len(left) > 1:
        reasons.append(f"{len(left)} candidates remain; the one with the fewest interventions is taken: {winner.name}")
        why = f"not told apart from {winner.name}, which is simpler or comes first by name"
        rejected.extend(Rejected(one, "ties", why) for one in left if one != winner)
    return Choice(winner, tuple(reasons), tuple(rejected))


def _at(
    aspect: Aspect, left: list[Treatment], losses: Sequence[Losses], draw: int
) -> tuple[list[Treatment], list[Rejected], str]:
    usable = [one for one in losses if len(one.measured(left)) > 1]
    if len(left) == 1:
        return left, [], f"{aspect.value}: one candidate is left, {left[0].name}"
    if not usable:
        return left, [], f"{aspect.value}: no headline metric is measured on two candidates, so it does not choose"
    gone = _worse_than_best(left, usable, draw)
    if len(gone) == len(left):
        gone = _beaten(left, usable, draw)
        conflict = " (its headline metrics conflict)"
    else:
        conflict = ""
    if len(gone) == len(left):
        return left, [], f"{aspect.value}: its headline metrics contradict each other, so it does not choose"
    kept = [one for one in left if one not in gone]
    names = ", ".join(one.name for one in kept)
    sentence = f"{aspect.value}{conflict}: keeps {len(kept)} of {len(left)} ({names})"
    return kept, [Rejected(one, aspect.value, why) for one, why in gone.items()], sentence


def _worse_than_best(left: list[Treatment], losses: Sequence[Losses], draw: int) -> dict[Treatment, str]:
    gone: dict[Treatment, str] = {}
    for one in losses:
        having = one.measured(left)
        best = one.best(having, draw)
        for candidate in having:
            if candidate not in gone and one.shown(candidate, best, draw):
                gone[candidate] = one.sentence(candidate, best)
    return gone


def _beaten(left: list[Treatment], losses: Sequence[Losses], draw: int) -> dict[Treatment, str]:
    gone: dict[Treatment, str] = {}
    for candidate in left:
        for other in left:
            lost = _first_loss(candidate, other, losses, draw)
            if lost is not None and _first_loss(other, candidate, losses, draw) is None:
                gone[candidate] = f"{lost.sentence(candidate, other)}, and better nowhere in this aspect"
                break
    return gone


def _first_loss(candidate: Treatment, other: Treatment, losses: Sequence[Losses], draw: int) -> Losses | None:
    both = [one for one in losses if len(one.measured([candidate, other])) == 2]
    return next((one for one in both if one.shown(candidate, other, draw)), None)
