"""Churn: the share of rows that two models decide differently, each way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Bool, Int
from interplay.evidence import Rows
from interplay.statistics.crossed_interval import crossed_interval


@dataclass(frozen=True)
class Churn:
    """A share of rows with its 90 % interval, and how many rows it is a share of."""

    share: float
    low: float
    high: float
    rows: int


def churn(before: Int[Array, "member row"], after: Int[Array, "member row"], rows: Rows) -> dict[str, Churn]:
    """The share of the evaluated rows that are decided differently, and of these the ways to and from the favourable class.

    churn = (weight of rows whose decisions differ) / (weight of rows)

    "all" are all of them, "lost" those that were decided favourably and no longer are, "gained" those that now are. Between 0
    and 1; lower is steadier, and no direction is better. Members are compared with the member of the same number.

    Reference: Milani Fard et al. (2016), "Launch and iterate: reducing prediction churn"; Cresswell (2025), section 2.6.

    Example:
        >>> rows = Rows(np.array([1, 0, 1, 0]), {}, np.full((1, 4), True), np.ones((4, 4)), 2, 1, 1)
        >>> found = churn(np.array([[1, 1, 0, 0]]), np.array([[1, 0, 0, 0]]), rows)
        >>> found["all"].share, found["lost"].share, found["gained"].share
        (0.25, 0.25, 0.0)

    Does not show: which of the two decides better.
    """
    members = min(len(before), len(after))
    ours, theirs = before[:members] == rows.favourable, after[:members] == rows.favourable
    ways = {"all": before[:members] != after[:members], "lost": ours & ~theirs, "gained": ~ours & theirs}
    return {name: _share(changed, rows) for name, changed in ways.items()}


def _share(changed: Bool[Array, "member row"], rows: Rows) -> Churn:
    counted = rows.counted[: len(changed)]
    whole: Any = counted @ rows.weights.T
    values = (changed & counted) @ rows.weights.T / whole
    support = rows.distinct(np.asarray(counted.any(axis=0)))
    interval = crossed_interval(np.asarray(values), support)
    return Churn(interval.estimate, max(interval.low, 0.0), min(interval.high, 1.0), support)
