"""The Pareto front under uncertainty: how likely it is that nothing admissible is simply better than a candidate."""

from collections.abc import Sequence

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.decision.decision import Front
from interplay.decision.losses import Losses, Move
from interplay.decision.selection import Selection


def front(contest: Selection, moves: Sequence[Move]) -> tuple[Front, ...]:
    """The probability of each candidate being on the front, the largest first and then by name.

    j dominates i where it is nowhere worse by more than the tolerance and somewhere better by more than it. A candidate
    is on the front in a draw where nobody dominates it. The criteria are the headline metrics, gaps by their size; j can
    dominate i only where it has every criterion that i has. `moves` are the joint draws of the means.

    Reference: Deb, Mohan and Mishra (2005) for dominance with tolerances.

    Does not show: which candidate on the front to take; that is what the priorities say.
    """
    losses, admissible = contest.losses, list(contest.admissible)
    levels, having = _levels(len(contest.candidates), losses, moves)
    levels, having = levels[:, admissible], having[admissible]
    limits = np.array([one.criterion.scaled(one.criterion.tolerance) for one in losses])
    found = [
        Front(contest.candidates[place], _undominated(at, levels, having, limits))
        for at, place in enumerate(admissible)
    ]
    return tuple(sorted(found, key=lambda one: (-one.probability, one.treatment.name)))


def _levels(
    size: int, losses: Sequence[Losses], moves: Sequence[Move]
) -> tuple[Float[Array, "draw candidate criterion"], Bool[Array, "candidate criterion"]]:
    """The values of every draw; zero where a candidate has none."""
    levels = np.zeros((len(moves[0]) if moves else 1, size, len(losses)))
    having = np.zeros((size, len(losses)), dtype=bool)
    for place, (one, move) in enumerate(zip(losses, moves, strict=True)):
        means = np.array([values[:, 0].mean() for values in one.values])
        drawn = means + move
        levels[:, one.places, place] = np.abs(drawn) if one.criterion.gap else drawn
        having[one.places, place] = True
    return levels, having


def _undominated(
    place: int,
    levels: Float[Array, "draw candidate criterion"],
    having: Bool[Array, "candidate criterion"],
    limits: Float[Array, " criterion"],
) -> float:
    asked = having[place]
    rivals = np.flatnonzero((having | ~asked).all(axis=1) & (np.arange(len(having)) != place))
    excess = levels[:, rivals][:, :, asked] - levels[:, place][:, None, asked]
    nowhere_worse, somewhere_better = (excess <= limits[asked]).all(axis=2), (excess < -limits[asked]).any(axis=2)
    return float(1 - (nowhere_worse & somewhere_better).any(axis=1).mean())
