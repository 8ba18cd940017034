"""The lexicographic choice: aspect after aspect, candidates shown to be worse than another one go.

Each aspect is a subset selection. A candidate faces one comparison for every other candidate and headline metric, and
goes when one of them shows, at Sidak's level for all of them together, that it is worse by more than the tolerance. A
candidate that is nowhere worse than the best by more than the tolerance is therefore kept with probability 0.95 or more.

Reference: Gupta (1965), "On some multiple decision (selection and ranking) rules"; Hsu (1981), "Simultaneous confidence
intervals for all distances from the best".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.decision.losses import Losses
from interplay.design.treatment import Treatment

ERROR = 0.05
"""The chance of losing, at one aspect, a candidate that is as good as the best."""

Worse = Bool[Array, "criterion candidate candidate"]
"""Entry (k, i, j): i is shown to be worse than j on criterion k."""

Note = Literal["", "one left", "unmeasured", "conflict", "contradiction"]
"""conflict: every candidate is worse than another one somewhere, so that those go which a candidate beats that they beat
nowhere. contradiction: even that would leave none, so the aspect does not choose."""


class Standing(Protocol):
    """Who is shown to be worse than whom on the criteria of one aspect."""

    @property
    def having(self) -> Bool[Array, "criterion candidate"]:
        """Which candidate has which criterion."""

    def worse(self, error: float) -> Worse:
        """Those shown with this chance of error each."""


@dataclass(frozen=True, eq=False)
class Shown:
    """The standing by p values against "worse by at most the tolerance"."""

    having: Bool[Array, "criterion candidate"]
    p_values: Float[Array, "criterion candidate candidate"]

    def worse(self, error: float) -> Worse:
        """Those whose p value is below the level."""
        return np.asarray(self.p_values < error)


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
class Race:
    """Candidates and their standings; steps are remembered, so that many rankings cost little more than one."""

    candidates: Sequence[Treatment]
    standings: Mapping[Aspect, Standing]
    _known: dict[tuple[Aspect, tuple[int, ...]], Step] = field(default_factory=dict)

    def run(self, ranking: Sequence[Aspect], among: Sequence[int] | None = None) -> Path:
        """Go down the ranking; ties go to the fewest interventions, then to the name."""
        left = tuple(range(len(self.candidates)) if among is None else among)
        steps = []
        for aspect in ranking:
            steps.append(self.step(aspect, left))
            left = steps[-1].kept
        return Path(tuple(steps), min(left, key=self._simplicity))

    def step(self, aspect: Aspect, left: tuple[int, ...]) -> Step:
        """Who of `left`, in ascending order, is kept at this aspect."""
        known = self._known.get((aspect, left))
        if known is None:
            known = self._known[aspect, left] = _step(aspect, left, self.standings.get(aspect))
        return known

    def instead(self, aspect: Aspect, standing: Standing) -> "Race":
        """The same race with another standing at one aspect; the steps of the others are still remembered."""
        known = {key: step for key, step in self._known.items() if key[0] != aspect}
        return Race(self.candidates, {**self.standings, aspect: standing}, known)

    def _simplicity(self, place: int) -> tuple[int, str]:
        return len(self.candidates[place].interventions), self.candidates[place].name


def standings(
    losses: Sequence[Losses], size: int, tolerances: Mapping[str, float] | None = None
) -> dict[Aspect, Shown]:
    """The standings of `size` candidates by aspect; `tolerances`, by metric key, replace the declared ones."""
    found: dict[Aspect, Shown] = {}
    for aspect in dict.fromkeys(one.criterion.aspect for one in losses):
        own = [one for one in losses if one.criterion.aspect == aspect]
        p_values, having = np.ones((len(own), size, size)), np.zeros((len(own), size), dtype=bool)
        for place, one in enumerate(own):
            p_values[place][np.ix_(one.places, one.places)] = one.p_above(one.criterion.tolerance)
            having[place, one.places] = True
        found[aspect] = Shown(having, p_values)
    return found


def level(comparisons: int) -> float:
    """Sidak's level for so many comparisons.

    Example:
        >>> level(1), round(level(10), 5)
        (0.05, 0.00512)
    """
    return float(-np.expm1(np.log1p(-ERROR) / comparisons))


def _step(aspect: Aspect, left: tuple[int, ...], standing: Standing | None) -> Step:
    if len(left) == 1:
        return Step(aspect, left, left, "one left", ERROR)
    error = None if standing is None else error_of(standing, left)
    if standing is None or error is None:
        return Step(aspect, left, left, "unmeasured", ERROR)
    worse = np.asarray(standing.worse(error).any(axis=0))[np.ix_(left, left)]
    lost = gone(worse)
    kept = tuple(place for place, out in zip(left, lost.tolist(), strict=True) if not out)
    conflict = bool(worse.any(axis=1).all())
    note: Note = "contradiction" if conflict and not lost.any() else "conflict" if conflict else ""
    return Step(aspect, left, kept, note, error)


def error_of(standing: Standing, left: Sequence[int]) -> float | None:
    """Sidak's level for what one of `left` faces; None where no criterion is measured on two of them."""
    rivals = int(np.maximum(standing.having[:, left].sum(axis=1) - 1, 0).sum())
    return level(rivals) if rivals else None


def gone(worse: Bool[Array, "*draw left left"]) -> Bool[Array, "*draw left"]:
    """Who goes: those worse than another one; where those are all, those beaten by one whom they beat nowhere."""
    some = worse.any(axis=-1)
    beaten = (worse & ~np.swapaxes(worse, -1, -2)).any(axis=-1)
    lost = np.where(some.all(axis=-1, keepdims=True), beaten, some)
    return np.asarray(lost & ~lost.all(axis=-1, keepdims=True))
