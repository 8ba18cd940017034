"""The lexicographic choice: aspect after aspect, candidates shown to be worse than another one go.

Each aspect is a subset selection. A candidate faces one comparison for every other candidate and headline metric, and
goes when one of them shows, at Sidak's level for all of them together, that it is worse by more than the tolerance. A
candidate that is nowhere worse than the best by more than the tolerance is therefore kept with probability 0.95 or more.

Reference: Gupta (1965), "On some multiple decision (selection and ranking) rules"; Hsu (1981), "Simultaneous confidence
intervals for all distances from the best".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from interplay.arrays import Array, Bool
from interplay.aspects import Aspect
from interplay.decision.comparisons import PairwiseComparisons
from interplay.design.treatment import Treatment

ERROR = 0.05
"""The chance of losing, at one aspect, a candidate that is as good as the best."""

Note = Literal["", "one left", "unmeasured", "conflict", "contradiction"]
"""conflict: every candidate is worse than another one somewhere, so that those go which a candidate beats that they beat
nowhere. contradiction: even that would leave none, so the aspect does not choose."""


@dataclass(frozen=True)
class Step:
    """What one aspect made of the candidates that were left, by their places."""

    aspect: Aspect
    before: tuple[int, ...]
    kept: tuple[int, ...]
    note: Note
    error: float


@dataclass(frozen=True)
class Path:
    """The steps down a ranking, and the winner among those that are left."""

    steps: tuple[Step, ...]
    winner: int

    @property
    def left(self) -> tuple[int, ...]:
        """Those that no aspect rejected."""
        return self.steps[-1].kept


@dataclass(frozen=True, eq=False)
class LexicographicRule:
    """Candidates and their standings; steps are remembered, so that many rankings cost little more than one."""

    candidates: Sequence[Treatment]
    standings: Mapping[Aspect, PairwiseComparisons]
    _known: dict[Aspect, dict[tuple[int, ...], Step]] = field(default_factory=dict)

    def run(self, ranking: Sequence[Aspect], among: Sequence[int] | None = None) -> Path:
        """Go down the ranking; ties go to the fewest interventions, then to the name."""
        left = tuple(range(len(self.candidates)) if among is None else among)
        steps = []
        for aspect in ranking:
            steps.append(self.step(aspect, left))
            left = steps[-1].kept
        return Path(tuple(steps), min(left, key=self._simplicity))

    @property
    def simplest(self) -> list[int]:
        """The candidates in the order in which ties are broken."""
        return sorted(range(len(self.candidates)), key=self._simplicity)

    def step(self, aspect: Aspect, left: tuple[int, ...]) -> Step:
        """Who of `left`, in ascending order, is kept at this aspect."""
        known = self._known.setdefault(aspect, {})
        if left not in known:
            known[left] = _step(aspect, left, self.standings.get(aspect))
        return known[left]

    def instead(self, aspect: Aspect, standing: PairwiseComparisons) -> "LexicographicRule":
        """The same race with another standing at one aspect; the steps of the others are still remembered."""
        return LexicographicRule(self.candidates, {**self.standings, aspect: standing}, {**self._known, aspect: {}})

    def _simplicity(self, place: int) -> tuple[int, str]:
        return len(self.candidates[place].interventions), self.candidates[place].name


def level(comparisons: int) -> float:
    """Sidak's level for so many comparisons.

    Example:
        >>> level(1), round(level(10), 5)
        (0.05, 0.00512)
    """
    return float(-np.expm1(np.log1p(-ERROR) / comparisons))


def _step(aspect: Aspect, left: tuple[int, ...], standing: PairwiseComparisons | None) -> Step:
    if len(left) == 1:
        return Step(aspect, left, left, "one left", ERROR)
    if standing is None:
        return Step(aspect, left, left, "unmeasured", ERROR)
    among = np.zeros(standing.having.shape[1], dtype=bool)
    among[list(left)] = True
    comparisons = int(standing.comparisons(among))
    if not comparisons:
        return Step(aspect, left, left, "unmeasured", ERROR)
    error = level(comparisons)
    worse = np.asarray(standing.shown_worse(error).any(axis=0))
    lost = eliminated(worse, among)
    kept = tuple(place for place in left if not lost[place])
    conflict = bool(worse[np.ix_(left, left)].any(axis=1).all())
    note: Note = "contradiction" if conflict and not lost.any() else "conflict" if conflict else ""
    return Step(aspect, left, kept, note, error)


def eliminated(
    worse: Bool[Array, "*draw candidate candidate"], left: Bool[Array, "*draw candidate"]
) -> Bool[Array, "*draw candidate"]:
    """Who of `left` is eliminated: those worse than another one; where those are all, those beaten by one whom they beat
    nowhere.
    """
    among = worse & left[..., :, None] & left[..., None, :]
    some, beaten = among.any(axis=-1), (among & ~np.swapaxes(among, -1, -2)).any(axis=-1)
    lost = np.where((some | ~left).all(axis=-1, keepdims=True), beaten, some)
    return np.asarray(lost & ~(lost | ~left).all(axis=-1, keepdims=True))
