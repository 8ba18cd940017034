"""Joint draws of what a repetition of the audit, with other rows and other members, would find.

All candidates and metrics move together: they are evaluated on the same rows and trained in pairs, and what they share
cancels in their differences.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.decision.bounds import Bounded, Bounds
from interplay.decision.choose import error_of, gone
from interplay.decision.contest import Contest
from interplay.decision.losses import Losses

DRAWS = 1_000
"""Row draws are used again with other members where there are fewer."""

Left = tuple[int, ...]
Moves = Float[Array, "draw having"]
"""How far the mean of each candidate that has a criterion lies from the one that was found."""


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
    random, degrees = np.random.default_rng(0), min(counted, default=2) - 1
    normal = random.standard_normal((draws, max(counted, default=2)))
    return Repetitions(normal / np.sqrt(random.chisquare(degrees, (draws, 1)) / degrees))


def members(losses: Sequence[Losses]) -> list[int]:
    """How many members each candidate has under each criterion."""
    return [len(values) for one in losses for values in one.values]


def joint_draws(losses: Sequence[Losses], again: Repetitions) -> tuple[Moves, ...]:
    """Moves of the means for every criterion and candidate."""
    return tuple(np.stack([again.moves(values) for values in one.values], axis=1) for one in losses)


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


def stability(
    contest: Contest, moves: Sequence[Moves], admitted: Bool[Array, "draw candidate"] | None = None
) -> float | None:
    """The share of draws with the same outcome: the same winner, or again nobody admissible.

    `admitted` says who keeps all limits in which draw (see `interplay.decision.admission`); without it those do that
    were found to. None where nothing was measured on two candidates and nobody's limits are open.
    """
    if admitted is None:
        admitted = np.isin(np.arange(len(contest.candidates)), contest.admissible)[None, :]
    draws = len(moves[0]) if moves else len(admitted)
    admitted = np.broadcast_to(admitted, (draws, len(contest.candidates)))
    if not contest.losses and (admitted == admitted[0]).all():
        return None
    groups = dict(_patterns(admitted, tuple(range(len(contest.candidates)))))
    for aspect in contest.ranking:
        own = [place for place, one in enumerate(contest.losses) if one.criterion.aspect == aspect]
        if own:
            groups = _after(aspect, own, contest, moves, groups)
    same = [len(which) for left, which in groups.items() if contest.tied(left) == contest.winner]
    return sum(same) / draws


def _after(
    aspect: Aspect, own: Sequence[int], contest: Contest, moves: Sequence[Moves], groups: Mapping[Left, Array]
) -> dict[Left, Array]:
    """The draws by who is left after an aspect, from those by who was left before."""
    bounds, having = Bounds(), contest.race.standings[aspect].having
    further: dict[Left, list[Array]] = defaultdict(list)
    for left, draws in groups.items():
        moved = [moves[place][draws] for place in own]
        standing = Bounded(having, [contest.losses[place] for place in own], bounds, moved)
        for kept, which in _kept(standing, left):
            further[kept].append(draws[which])
    return {left: np.concatenate(parts) for left, parts in further.items()}


def _kept(standing: Bounded, left: Left) -> Iterator[tuple[Left, Array]]:
    """The subsets of `left` that the draws of a standing keep, each with the draws that do."""
    draws = len((standing.moves or ())[0])
    error = error_of(standing, left)
    if error is None:
        yield left, np.arange(draws)
        return
    worse = np.asarray(standing.worse(error).any(axis=0))[:, np.array(left)[:, None], left]
    yield from _patterns(~gone(worse), left)


def _patterns(kept: Bool[Array, "draw left"], left: Left) -> Iterator[tuple[Left, Array]]:
    """The different rows of `kept` as subsets of `left`, each with the draws that have it."""
    patterns, which = np.unique(kept, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        yield tuple(np.array(left)[pattern].tolist()), np.flatnonzero(which.ravel() == place)
