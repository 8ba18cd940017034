"""How many rows or members would settle an undecided limit."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf

from interplay.decision.bound import Side
from interplay.decision.prediction import Prediction
from interplay.effects.sample_size import ALONE, Need
from interplay.estimates import Sample


@dataclass(frozen=True)
class Goal:
    """A limit which counts as kept at probability `sure` or more."""

    bound: Side
    declared: float
    sure: float

    def settled(self, expected: Prediction) -> bool:
        """Whether it is kept or shown to be broken."""
        return expected.chance(self.bound, self.declared) >= self.sure or expected.refutes(self.bound, self.declared)


def what_would_settle(expected: Prediction, goal: Goal, sample: Sample) -> Need:
    """The smaller of the factors of rows and of members that settle the limit, times what there is.

    Each factor is looked for alone, up to a hundred, with the estimates and the other source of error where they are.
    More of either shrinks the error of the mean and never the spread of deployed models, so that often neither helps;
    then the count is None, and the need names the larger source.
    """
    rows, members = (
        _factor(lambda by: expected.with_more(rows=by), goal),
        _factor(lambda by: expected.with_more(members=by), goal),
    )
    widest = expected.widest
    larger = expected.from_rows[widest, widest] >= expected.from_members[widest, widest]
    by_rows = rows < members or (rows == members and larger)
    contrast = sample.contrasts[widest] if sample.contrasts else None
    if by_rows:
        have, group = (contrast.support, contrast.name) if contrast else (sample.support, "")
        return Need("rows", have, _times(have, rows), group)
    have = len(sample.values)
    return Need("members", have, _times(have, members))


def _times(have: int, factor: float) -> int | None:
    return None if factor == inf else max(ceil(have * factor), have + 1)


def _factor(grown: Callable[[float], Prediction], goal: Goal) -> float:
    """The factor at which the limit is settled, to one percent; infinite beyond a hundred times."""
    low, high = 1.0, float(ALONE)
    if not goal.settled(grown(high)):
        return inf
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if goal.settled(grown(middle)) else (middle, high)
    return high
