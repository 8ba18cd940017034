"""Joint draws of what a repetition of the audit, with other rows and other members, would find.

All candidates and metrics move together: they are evaluated on the same rows and trained in pairs, and what they share
cancels in their differences.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.decision.choose import eliminated, level
from interplay.decision.comparisons import PairwiseComparisons
from interplay.decision.losses import Losses, Move
from interplay.decision.selection import Selection

DRAWS = 1_000
"""Row draws are used again with other members where there are fewer."""

AT_ONCE = 64
"""As many draws of all pairs of candidates as stay in the memory of the processor."""

NOBODY = -1
"""The winner where nobody is admissible."""


@dataclass(frozen=True, eq=False)
class Repetitions:
    """What other members and other rows do in each draw, the same for every quantity.

    `members` is standard normal for each member, over sqrt(chi2 / degrees) of the draw.
    """

    members: Float[Array, "draw member"]

    def moves(self, values: Float[Array, "member draw"]) -> Float[Array, " draw"]:
        """How far the mean of these values lies from the one that was found.

        move = row path of a draw * sqrt((from_rows - residual) / from_rows) + members . deviations / sqrt(n * (n - 1))

        The first part is a row-bootstrap draw of the mean over n members, less its average over the draws and shrunk by
        the residual, which the second part holds. The second is multivariate t with the members' own covariance of the
        means. Members are never resampled.
        """
        return _rows(values, len(self.members)) + _members(values, self.members)


def repetitions(counts: Iterable[int], draws: int = DRAWS) -> Repetitions:
    """Draws for quantities with so many members each, with the degrees of freedom of the fewest; the seed is fixed.

    Does not show: another pool of training rows.
    """
    counted = tuple(counts)
    random, degrees = np.random.default_rng(0), max(min(counted, default=2) - 1, 1)
    normal = random.standard_normal((draws, max(counted, default=2)))
    return Repetitions(normal / np.sqrt(random.chisquare(degrees, (draws, 1)) / degrees))


def members(losses: Sequence[Losses]) -> list[int]:
    """How many members each candidate has under each criterion."""
    return [len(values) for one in losses for values in one.values]


def joint_draws(losses: Sequence[Losses], again: Repetitions) -> tuple[Move, ...]:
    """Moves of the means for every criterion and candidate."""
    return tuple(np.stack([again.moves(values) for values in one.values], axis=1) for one in losses)


def _rows(values: Float[Array, "member draw"], draws: int) -> Float[Array, " draw"]:
    drawn = values[:, 1:]
    path = drawn.mean(axis=0) - drawn.mean()
    variance = float(path.var(ddof=1))
    single = float(drawn.var(axis=1, ddof=1).mean())
    residual = max(single - variance, 0.0) / max(len(values) - 1, 1)
    kept = np.sqrt(max(1 - residual / variance, 0.0)) if variance > 0 else 0.0
    return np.asarray(kept * np.resize(path, draws))


def _members(values: Float[Array, "member draw"], normal: Float[Array, "draw member"]) -> Float[Array, " draw"]:
    count = len(values)
    off = values[:, 0] - values[:, 0].mean()
    return np.asarray(normal[:, :count] @ off / np.sqrt(count * max(count - 1, 1)))


def stability(
    contest: Selection, moves: Sequence[Move], admitted: Bool[Array, "draw candidate"] | None = None
) -> float | None:
    """The share of draws with the same outcome: the same winner, or again nobody admissible.

    `admitted` says who keeps all limits in which draw (see `interplay.decision.admission`); without it those do that
    were found to. None where nothing was measured on two candidates and nobody's limits are open.
    """
    size = len(contest.candidates)
    if admitted is None:
        admitted = np.isin(np.arange(size), contest.admissible)[None, :]
    if not contest.losses and (admitted == admitted[0]).all():
        return None
    left = np.broadcast_to(admitted, (len(moves[0]) if moves else len(admitted), size))
    for aspect in contest.ranking:
        if standing := contest.race.standings.get(aspect):
            own = [move for move, one in zip(moves, contest.losses, strict=True) if one.criterion.aspect == aspect]
            left = _after(standing, own, left)
    simplest = np.array(contest.race.simplest)
    winners = np.where(left.any(axis=1), simplest[left[:, simplest].argmax(axis=1)], NOBODY)
    return float((winners == (contest.path.winner if contest.admissible else NOBODY)).mean())


def _after(
    standing: PairwiseComparisons, moves: Sequence[Move], left: Bool[Array, "draw candidate"]
) -> Bool[Array, "draw candidate"]:
    """Who is left in every draw after an aspect, of those that were left before; many draws with one level at once."""
    comparisons, kept = standing.comparisons(left), left.copy()
    for count in np.unique(comparisons[comparisons > 0]).tolist():
        which = np.flatnonzero(comparisons == count)
        for draws in np.split(which, range(AT_ONCE, len(which), AT_ONCE)):
            moved = standing.moved([move[draws] for move in moves])
            worse = np.asarray(moved.shown_worse(level(count)).any(axis=0))
            kept[draws] &= ~eliminated(worse, left[draws])
    return kept
