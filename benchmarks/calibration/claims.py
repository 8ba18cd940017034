"""What is claimed of the statistics, what a repetition saw of it, and the measured rate with its interval."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

NORMAL = 1.959963984540054
"""The two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Target:
    """The range a rate has to lie in."""

    at_least: float = 0.0
    at_most: float = 1.0

    def holds(self, rate: float) -> bool:
        """Whether a measured rate lies in the range."""
        return self.at_least <= rate <= self.at_most


@dataclass(frozen=True)
class Claim:
    """One rate under one setting; without a target it is measured for information."""

    check: str
    setting: tuple[tuple[str, Any], ...]
    target: Target | None = None


@dataclass(frozen=True)
class Seen:
    """How often it happened in one repetition, out of how many trials; `hits` may be a share."""

    claim: Claim
    hits: float
    trials: int


@dataclass(frozen=True)
class CalibrationRow:
    """A measured rate with its 95 % interval.

    `trials` is their number over all repetitions. Trials of one repetition resemble each other, so that the interval
    rests on fewer of them: on as many independent ones as would scatter as the repetitions do.
    """

    check: str
    setting: Mapping[str, Any]
    measured: float
    low: float
    high: float
    target: Target | None
    holds: bool | None
    trials: int
    repetitions: int

    @property
    def proven(self) -> bool:
        """Whether the rate misses its target by more than the number of trials explains."""
        target = self.target
        return target is not None and (self.low > target.at_most or self.high < target.at_least)


def claim(check: str, target: Target | None = None, **setting: Any) -> Claim:
    """A claim with the setting in the order given."""
    return Claim(check, tuple(setting.items()), target)


def rows_of(seen: Iterable[Seen]) -> tuple[CalibrationRow, ...]:
    """One row for each claim, in the order of their first sight; repetitions without trials are left out."""
    by_claim: dict[Claim, list[Seen]] = {}
    for one in seen:
        by_claim.setdefault(one.claim, []).append(one)
    kept = {of: [one for one in found if one.trials] for of, found in by_claim.items()}
    return tuple(_row(of, found) for of, found in kept.items() if found)


def _row(of: Claim, found: list[Seen]) -> CalibrationRow:
    hits, trials = np.array([one.hits for one in found]), np.array([one.trials for one in found])
    rate = float(hits.sum() / trials.sum())
    low, high = wilson(rate, _independent(hits, trials))
    holds = None if of.target is None else of.target.holds(rate)
    return CalibrationRow(
        of.check,
        dict(of.setting),
        round(rate, 5),
        round(low, 5),
        round(high, 5),
        of.target,
        holds,
        int(trials.sum()),
        len(found),
    )


def _independent(hits: np.ndarray, trials: np.ndarray) -> float:
    """How many independent trials would scatter like these repetitions; never more than there are.

    Where every trial had the same outcome the scatter says nothing, and the repetitions are counted.
    """
    rate, count = hits.sum() / trials.sum(), len(hits)
    if count < 2 or rate <= 0 or rate >= 1:
        return count
    variance = float(((hits - rate * trials) ** 2).sum() / (count - 1) * count / trials.sum() ** 2)
    return float(min(rate * (1 - rate) / variance if variance > 0 else trials.sum(), trials.sum()))


def wilson(rate: float, trials: float) -> tuple[float, float]:
    """The 95 % score interval of a rate.

    Reference: Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Example:
        >>> [round(bound, 4) for bound in wilson(0.05, 500)]
        [0.0341, 0.0728]
    """
    square = NORMAL**2 / trials
    middle = (rate + square / 2) / (1 + square)
    half = NORMAL * sqrt(rate * (1 - rate) / trials + square / (4 * trials)) / (1 + square)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def stored(row: CalibrationRow) -> dict[str, Any]:
    """As in the file."""
    return asdict(row)


def restored(given: Mapping[str, Any]) -> CalibrationRow:
    """A row as it stands in the file."""
    target = given["target"]
    return CalibrationRow(**{**given, "target": None if target is None else Target(**target)})
