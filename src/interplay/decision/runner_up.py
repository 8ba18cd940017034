"""The candidate that would win without the winner, held against it on every headline metric."""

from collections.abc import Iterator, Sequence

from interplay.decision.choose import level
from interplay.decision.decision import HeadToHead, RunnerUp
from interplay.decision.losses import Losses
from interplay.decision.selection import Selection
from interplay.effects.wording import written
from interplay.quantities import Quantity


def runner_up(contest: Selection) -> RunnerUp | None:
    """The runner-up, the step at which it went, and how it differs from the winner; None where nobody else is left."""
    winner = contest.path.winner
    rest = tuple(place for place in contest.admissible if place != winner)
    if not rest:
        return None
    place = contest.race.run(contest.ranking, rest).winner
    decided_at = next((step.aspect.value for step in contest.path.steps if place not in step.kept), "ties")
    differences = tuple(_differences(contest, place, winner))
    return RunnerUp(
        contest.candidates[place], decided_at, differences, _sentence(contest, place, decided_at, differences)
    )


def _differences(contest: Selection, place: int, winner: int) -> Iterator[HeadToHead]:
    for aspect in contest.ranking:
        own = [one for one in contest.losses if one.criterion.aspect == aspect]
        both = [one for one in own if {place, winner} <= set(one.places.tolist())]
        for losses in both:
            yield _difference(losses, place, winner, level(len(both)))


def _difference(losses: Losses, place: int, winner: int, error: float) -> HeadToHead:
    criterion = losses.criterion
    estimate, low, high = losses.bounds(place, winner, error)
    (i, j), lows = losses.at(place, winner), losses.low(error)
    return HeadToHead(
        metric=criterion.metric,
        contrast=criterion.contrast,
        aspect=criterion.aspect,
        estimate=estimate,
        low=low,
        high=high,
        tolerance=criterion.tolerance,
        shown=bool(max(lows[i, j], lows[j, i]) > criterion.scaled(criterion.tolerance)),
    )


def _sentence(contest: Selection, place: int, decided_at: str, differences: Sequence[HeadToHead]) -> str:
    name, winner = contest.candidates[place].name, contest.candidates[contest.path.winner].name
    quantities = {(one.criterion.metric, one.criterion.contrast): one.criterion.quantity for one in contest.losses}
    worse = [_told(one, quantities[one.metric, one.contrast]) for one in differences if one.shown and one.estimate > 0]
    better = [_told(one, quantities[one.metric, one.contrast]) for one in differences if one.shown and one.estimate < 0]
    went = "lost the tie" if decided_at == "ties" else f"was eliminated on {decided_at}"
    opening = f"{name} would be chosen without {winner}; it {went}"
    told = [f"shown worse on {', '.join(worse)}"] if worse else []
    told += [f"shown better on {', '.join(better)}"] if better else []
    return f"{opening}; {' and '.join(told) or 'no difference beyond a tolerance is shown'}"


def _told(one: HeadToHead, quantity: Quantity) -> str:
    contrast = f" ({one.contrast})" if one.contrast else ""
    return f"{one.metric}{contrast} {written(quantity.changed(one.estimate))}"
