"""Joint draws of what a repetition of the audit, with other rows and other members, would find.

All candidates and headline metrics move together: they are evaluated on the same rows and trained in pairs, and what
they share cancels in their differences.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from interplay.arrays import Array, Float
from interplay.decision.bounds import Bounded, Bounds
from interplay.decision.choose import error_of, gone
from interplay.decision.contest import Contest
from interplay.decision.losses import Losses

DRAWS = 1_000
"""Row draws are used again with other members where there are fewer."""

Left = tuple[int, ...]
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
    bounds = Bounds()
    groups = {contest.admissible: np.arange(len(moves[0]))}
    for aspect in contest.ranking:
        own = [place for place, one in enumerate(contest.losses) if one.criterion.aspect == aspect]
        if own:
            having = contest.race.standings[aspect].having
            further: dict[Left, list[Array]] = defaultdict(list)
            for left, draws in groups.items():
                moved = [moves[place][draws] for place in own]
                standing = Bounded(having, [contest.losses[place] for place in own], bounds, moved)
                for kept, which in _kept(standing, left):
                    further[kept].append(draws[which])
            groups = {left: np.concatenate(parts) for left, parts in further.items()}
    same = [len(draws) for left, draws in groups.items() if contest.race.run((), left).winner == contest.path.winner]
    return sum(same) / len(moves[0])


def _kept(standing: Bounded, left: Left) -> Iterator[tuple[Left, Array]]:
    """The subsets of `left` that the draws of a standing keep, each with the draws that do."""
    draws = len((standing.moves or ())[0])
    error = error_of(standing, left)
    if error is None:
        yield left, np.arange(draws)
        return
    worse = np.asarray(standing.worse(error).any(axis=0))[:, np.array(left)[:, None], left]
    patterns, which = np.unique(~gone(worse), axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        yield tuple(np.array(left)[pattern].tolist()), np.flatnonzero(which.ravel() == place)
