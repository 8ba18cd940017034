"""A choice in words: what every aspect did, and one line for each candidate that went."""

from collections.abc import Sequence

from interplay.decision.choose import LexicographicRule, Path, Step
from interplay.decision.decision import Rejected
from interplay.decision.losses import Losses
from interplay.effects.wording import tolerated, written


def told(path: Path, race: LexicographicRule) -> tuple[str, ...]:
    """One sentence for each aspect, and one where a tie was broken."""
    sentences = [_step(step, race) for step in path.steps]
    if len(path.left) > 1:
        winner = race.candidates[path.winner].name
        sentences.append(
            f"{len(path.left)} candidates remain; the one with the fewest interventions is taken: {winner}"
        )
    return tuple(sentences)


def rejections(path: Path, race: LexicographicRule, losses: Sequence[Losses]) -> tuple[Rejected, ...]:
    """Every candidate that lost, with the loss that decided it."""
    gone = [_lost(place, step, race, losses) for step in path.steps for place in step.before if place not in step.kept]
    why = f"not told apart from {race.candidates[path.winner].name}, which is simpler or comes first by name"
    tied = [Rejected(race.candidates[place], "ties", why) for place in path.left if place != path.winner]
    return (*gone, *tied)


def _step(step: Step, race: LexicographicRule) -> str:
    names = ", ".join(race.candidates[place].name for place in step.kept)
    all_kept = step.kept == step.before
    keeps = f"keeps all {len(step.kept)}" if all_kept else f"keeps {len(step.kept)} of {len(step.before)} ({names})"
    return {
        "": f"{step.aspect.value}: {keeps}",
        "one left": f"{step.aspect.value}: one candidate is left, {names}",
        "unmeasured": f"{step.aspect.value}: no headline metric is measured on two candidates, so it does not choose",
        "conflict": f"{step.aspect.value} (its headline metrics conflict): {keeps}",
        "contradiction": f"{step.aspect.value}: its headline metrics contradict each other, so it does not choose",
    }[step.note]


def _lost(place: int, step: Step, race: LexicographicRule, losses: Sequence[Losses]) -> Rejected:
    """The first criterion that shows it, against the candidate with the largest loss on it."""
    own = [one for one in losses if one.criterion.aspect == step.aspect]
    worse = race.standings[step.aspect].shown_worse(step.error)
    rivals = [other for other in step.before if worse[:, place, other].any()]
    if step.note == "conflict":
        rivals = [other for other in rivals if not worse[:, other, place].any()]
    which = next(k for k in range(len(own)) if worse[k, place, rivals].any())
    found = own[which]
    against = max(
        (other for other in rivals if worse[which, place, other]), key=lambda other: _loss(found, place, other)
    )
    estimate, low, high = found.bounds(place, against, step.error)
    quantity = found.criterion.quantity
    reason = (
        f"{found.criterion.name} is {written(quantity.changed(estimate))} than under {race.candidates[against].name} "
        f"({written(quantity.between(low, high))}), worse by more than {tolerated(found.criterion.tolerance, quantity)}"
    )
    if step.note == "conflict":
        reason = f"{reason}, and better nowhere in this aspect"
    return Rejected(race.candidates[place], step.aspect.value, reason, found.criterion.metric, estimate, low, high)


def _loss(losses: Losses, one: int, other: int) -> float:
    return float(losses.estimate[*losses.at(one, other)])
