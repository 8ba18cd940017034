"""What is still open and would change the choice if it were settled one way: the value of information."""

from collections.abc import Iterator, Sequence

from interplay.decision.bound import in_words
from interplay.decision.choose import ERROR, Step
from interplay.decision.decision import LimitFinding, OpenQuestion
from interplay.decision.losses import Losses
from interplay.decision.measured import Measured
from interplay.decision.selection import Selection
from interplay.design.treatment import Treatment
from interplay.effects.contrast import Difference, paired_differences
from interplay.effects.sample_size import Need, what_would_settle
from interplay.effects.wording import tolerated, written
from interplay.estimates import Sample


def open_limits(contest: Selection, findings: Sequence[LimitFinding]) -> Iterator[OpenQuestion]:
    """The undecided limits of candidates that break none, where keeping them would make another candidate win."""
    for candidate in dict.fromkeys(one.treatment for one in findings):
        own = [one for one in findings if one.treatment == candidate]
        unsettled = [one for one in own if one.status == "undecided"]
        if not unsettled or any(one.status == "inadmissible" for one in own):
            continue
        winner = contest.wins({*contest.admissible, contest.place(candidate)})
        if winner == contest.winner:
            continue
        for one in unsettled:
            yield OpenQuestion(
                "limit", candidate, one.metric, _of_limit(one, len(unsettled), winner), winner, one.needed
            )


def _of_limit(one: LimitFinding, unsettled: int, winner: Treatment | None) -> str:
    chosen = "nobody" if winner is None else winner.name
    others = "" if unsettled == 1 else f" (and {unsettled - 1} more that are open)"
    if one.needed is None:
        needed = "; it has no number yet"
    else:
        beyond = "; more rows or members would not settle it, only a recipe that varies less or another limit"
        needed = beyond if one.needed.count is None else ""
    return (
        f"if {one.treatment.name} is shown to keep {one.metric} {in_words(one.bound, f'{one.declared:g}')}{others}, "
        f"{chosen} is chosen{needed}"
    )


def open_comparisons(contest: Selection, measured: Measured) -> Iterator[OpenQuestion]:
    """The comparisons of the winner that are open: if the loss is real, the winner goes and another candidate wins.

    Open means that a loss beyond the tolerance is neither shown nor ruled out, with an error of 5 %. For every metric
    the aspect that asks it first counts, and the rival against which a loss is likeliest. The likeliest come first.
    """
    winner = contest.path.winner
    found: dict[str, tuple[float, OpenQuestion]] = {}
    for place, step in enumerate(contest.path.steps):
        rest = [one for one in step.kept if one != winner]
        if not rest:
            break
        would = contest.candidates[contest.race.run(contest.ranking[place + 1 :], rest).winner]
        for losses in contest.losses:
            if losses.criterion.aspect == step.aspect and losses.criterion.metric not in found:
                likeliest = _likeliest(losses, winner, rest)
                if likeliest is not None:
                    chance, rival = likeliest
                    question = _of_comparison(contest, losses, rival, step, would, measured)
                    found[losses.criterion.metric] = chance, question
    yield from (question for _, question in sorted(found.values(), key=lambda one: -one[0]))


def _likeliest(losses: Losses, winner: int, rest: Sequence[int]) -> tuple[float, int] | None:
    """The rival against which the winner most likely loses more than the tolerance, where that is not ruled out."""
    if winner not in losses.places:
        return None
    p_values = losses.p_above(winner, losses.criterion.tolerance).tolist()
    chances = [
        (1 - p_value, rival) for p_value, rival in zip(p_values, losses.places.tolist(), strict=True) if rival in rest
    ]
    return max(chances) if chances and max(chances)[0] > ERROR else None


def _of_comparison(
    contest: Selection, losses: Losses, rival: int, step: Step, would: Treatment, measured: Measured
) -> OpenQuestion:
    winner, criterion = contest.path.winner, losses.criterion
    one, other = contest.candidates[winner], contest.candidates[rival]
    estimate, low, high = losses.bounds(winner, rival, step.error)
    quantity = criterion.quantity
    need = _need(losses, one, other, step.error, measured)
    sentence = (
        f"if {one.name} is shown worse than {other.name} on {criterion.name} by more than "
        f"{tolerated(criterion.tolerance, quantity)} (now {written(quantity.measured(estimate, low, high))}), "
        f"{would.name} is chosen{_out_of_reach(need)}"
    )
    return OpenQuestion("comparison", one, criterion.metric, sentence, would, need)


def _need(losses: Losses, one: Treatment, other: Treatment, error: float, measured: Measured) -> Need | None:
    key, contrast = losses.criterion.metric, losses.criterion.contrast
    ours, theirs = measured.sample(one, key), measured.sample(other, key)
    if not isinstance(ours, Sample) or not isinstance(theirs, Sample):
        return None
    found = paired_differences(ours, theirs, measured.measurements.metrics[key]).get(contrast)
    if not isinstance(found, Difference):
        return None
    return what_would_settle(found.moderated(None, error), losses.criterion.tolerance, contrast).need


def _out_of_reach(need: Need | None) -> str:
    """Why no count of rows or members helps; empty where one does, which `needed` says."""
    if need is None:
        return "; no count would settle it"
    return (
        f"; more than a hundred times the {need.have:,} {need.thing} would not settle it" if need.count is None else ""
    )
