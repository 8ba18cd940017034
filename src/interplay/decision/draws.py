"""Joint draws of what a repetition of the audit, with other rows and other members, would find.

All candidates and headline metrics move together: they are evaluated on the same rows and trained in pairs, and what
they share cancels in their differences.
"""

from collections.abc import Sequence

import numpy as np

from interplay.arrays import Array, Float
from interplay.decision.bounds import Bounded, Bounds
from interplay.decision.choose import Race
from interplay.decision.contest import Contest
from interplay.decision.losses import Losses

DRAWS = 1_000
"""Row draws are used again with other members where there are fewer."""

Moves = Float[Array, "draw having"]
"""How far the mean of each candidate that has a criterion lies from the one that was found."""


def joint_draws(losses: Sequence[Losses], draws: int = DRAWS) -> tuple[Moves, ...]:
    """Moves of the means over members, for every criterion and candidate.

    move = row path of a draw * sqrt((from_rows - residual) / from_rows) + members . z / sqrt(chi2 / degrees)

    The first part is a row-bootstrap draw of the mean over members, less its average over the draws and shrunk by the
    residual, which the second part holds. The second is multivariate t with the members' own covariance of the means:
    z is standard normal, one for each member, and chi2 has members - 1 degrees of freedom; both are shared by all
    criteria and candidates, which keeps every correlation. Members are never resampled. The seed is fixed.

    Does not show: another pool of training rows.
    """
    if not losses:
        return ()
    random = np.random.default_rng(0)
    most = max(len(values) for one in losses for values in one.values)
    normal = random.standard_normal((draws, most))
    degrees = min(len(values) for one in losses for values in one.values) - 1
    shared = np.sqrt(random.chisquare(degrees, (draws, 1)) / degrees)
    return tuple(_moves(one, normal / shared, draws) for one in losses)


def _moves(losses: Losses, members: Float[Array, "draw member"], draws: int) -> Moves:
    return np.stack([_rows(values, draws) + _members(values, members) for values in losses.values], axis=1)


def _rows(values: Float[Array, "member draw"], draws: int) -> Float[Array, " draw"]:
    drawn = values[:, 1:]
    path = drawn.mean(axis=0) - drawn.mean()
    variance = float(path.var(ddof=1))
    single = float(drawn.var(axis=1, ddof=1).mean())
    residual = max(single - variance, 0.0) / (len(values) - 1)
    kept = np.sqrt(max(1 - residual / variance, 0.0)) if variance > 0 else 0.0
    return np.asarray(kept * np.resize(path, draws))


def _members(values: Float[Array, "member draw"], normal: Float[Array, "draw member"]) -> Float[Array, " draw"]:
    count = len(values)
    off = values[:, 0] - values[:, 0].mean()
    return np.asarray(normal[:, :count] @ off / np.sqrt(count * (count - 1)))


def stability(contest: Contest, moves: Sequence[Moves]) -> float | None:
    """The share of draws in which the same candidate wins; None where nothing was measured on two candidates."""
    if not contest.losses:
        return None
    bounds, same = Bounds(), 0
    having = {aspect: standing.having for aspect, standing in contest.race.standings.items()}
    own = {aspect: [k for k, one in enumerate(contest.losses) if one.criterion.aspect == aspect] for aspect in having}
    for draw in range(len(moves[0])):
        moved = {
            aspect: Bounded(having[aspect], [contest.losses[k] for k in ks], bounds, [moves[k][draw] for k in ks])
            for aspect, ks in own.items()
        }
        same += Race(contest.candidates, moved).run(contest.ranking, contest.admissible).winner == contest.path.winner
    return same / len(moves[0])
