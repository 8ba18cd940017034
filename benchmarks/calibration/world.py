"""Simulated rows: whether members of several treatments decide them correctly, with a truth that is known exactly.

A row is decided correctly by a member of a treatment when a latent score is positive:

    level + shift(treatment) + member + member by treatment
          + row + row by member + row by treatment + row by member by treatment

All parts are normal and independent, so that every rate of a member, and the mean rate over fresh members on fresh
rows, is a value of the normal distribution function. Members and rows are shared by all treatments, as in an audit with
common random numbers; "row by treatment" is what the evaluated rows add to every comparison, however many members.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from interplay.arrays import Array, Bool, Float

ROW, ROW_BY_MEMBER = 1.5, 0.35
ROW_BY_TREATMENT, ROW_BY_BOTH = 0.4, 0.3
MEMBER = 0.05
"""Standard deviations. Two treatments disagree on 6 to 10 % of the rows at an accuracy of .65 to .85, and a quarter of the
variance of the differences between rows is the same for every member."""

SHARED = 0.5
"""The share of the variance of a row, and of a member by treatment, that all metrics have in common."""

CONTROL_VARIANCE = ROW**2 + ROW_BY_MEMBER**2
TREATED_VARIANCE = CONTROL_VARIANCE + ROW_BY_TREATMENT**2 + ROW_BY_BOTH**2

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Draws:
    """Row-bootstrap weights as an audit draws them: exponentials, and draw 0 with ones."""

    weights: Float[Array, "draw row"]

    @classmethod
    def of(cls, random: np.random.Generator, rows: int, draws: int) -> "Draws":
        """Fresh draws."""
        return cls(np.concatenate([np.ones((1, rows)), random.exponential(size=(draws, rows))]).astype(np.float32))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.weights.shape[1])

    def at(self, some: Bool[Array, " row"] | slice) -> "Draws":
        """The same draws of some rows."""
        return Draws(self.weights[:, some])

    def means(self, values: Float[Array, "*any row"]) -> Float[Array, "*any draw"]:
        """The weighted mean over the rows, for every draw."""
        flat = values.reshape(-1, values.shape[-1]).astype(np.float32, copy=False)
        found = (flat @ self.weights.T).astype(np.float64) / self.weights.sum(axis=1, dtype=np.float64)
        return np.asarray(found).reshape(*values.shape[:-1], -1)


@dataclass(frozen=True, eq=False)
class Effects:
    """What one metric's treatments do: a shift of the latent score each, and how much it varies between members."""

    level: float
    shifts: Float[Array, " treatment"]
    spreads: Float[Array, " treatment"]


def effects(rate: float, changes: Array, spreads: Array) -> Effects:
    """The latent effects under which rates change by `changes`, and members' differences have these deviations.

    `rate` is that of the control, over fresh members and rows; a change is treated rate - control rate; `spreads` are
    standard deviations over members of the difference of their true rates. A spread below what the common member part
    gives by itself is taken as no further spread.
    """
    level = float(special.ndtri(rate)) * np.sqrt(CONTROL_VARIANCE + MEMBER**2)
    low, high = np.zeros(len(changes)), np.full(len(changes), 5.0)
    for _ in range(50):
        middle = (low + high) / 2
        short = _spread(level, _shifts(level, rate + changes, middle), middle) < spreads
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return Effects(level, _shifts(level, rate + changes, low), low)


def _shifts(level: float, rates: Array, spreads: Array) -> Array:
    return np.asarray(special.ndtri(rates)) * np.sqrt(TREATED_VARIANCE + MEMBER**2 + spreads**2) - level


def _spread(level: float, shifts: Array, spreads: Array) -> Array:
    """The standard deviation over members of their difference, by Gauss and Hermite's rule in both member parts."""
    own = (level + MEMBER * _NODES)[:, None]
    control = special.ndtr(own / np.sqrt(CONTROL_VARIANCE))
    latent = own + shifts[:, None, None] + spreads[:, None, None] * _NODES
    difference = special.ndtr(latent / np.sqrt(TREATED_VARIANCE)) - control
    both = _WEIGHTS[:, None] * _WEIGHTS
    mean = (both * difference).sum(axis=(1, 2))
    return np.asarray(np.sqrt((both * difference**2).sum(axis=(1, 2)) - mean**2))


@dataclass(frozen=True, eq=False)
class Noise:
    """The latent parts of one metric that do not depend on its effects; of the arms, the control is the first."""

    members: Float[Array, " member"]
    by_treatment: Float[Array, "treatment member"]
    scores: Float[Array, "arm member row"]

    def correct(self, found: Effects) -> Bool[Array, "arm member row"]:
        """Whether rows are decided correctly."""
        limits = -(found.level + self.members)
        moved = limits - found.shifts[:, None] - found.spreads[:, None] * self.by_treatment
        return self.scores > np.concatenate([limits[None], moved])[..., None].astype(np.float32)

    def at(self, some: Bool[Array, " row"] | slice) -> "Noise":
        """The same on some rows."""
        return replace(self, scores=self.scores[..., some])


@dataclass(frozen=True, eq=False)
class Crowd:
    """Members and rows that several metrics are measured on: what their latent parts have in common."""

    random: np.random.Generator
    rows: Float[Array, " row"]
    by_treatment: Float[Array, "treatment member"]

    @classmethod
    def of(cls, random: np.random.Generator, treatments: int, members: int, rows: int) -> "Crowd":
        """A fresh one."""
        return cls(random, _normal(random, rows), random.standard_normal((treatments, members)))

    def noise(self) -> Noise:
        """The latent parts of one more metric."""
        treatments, members = self.by_treatment.shape
        count, common, own = len(self.rows), np.float32(np.sqrt(SHARED)), np.float32(np.sqrt(1 - SHARED))
        scores = np.empty((1 + treatments, members, count), dtype=np.float32)
        scores[0] = np.float32(ROW_BY_MEMBER) * _normal(self.random, members, count)
        scores[0] += np.float32(ROW) * (common * self.rows + own * _normal(self.random, count))
        self.random.standard_normal(out=scores[1:], dtype=np.float32)
        scores[1:] *= np.float32(ROW_BY_BOTH)
        scores[1:] += np.float32(ROW_BY_TREATMENT) * _normal(self.random, treatments, 1, count)
        scores[1:] += scores[0]
        by_treatment = common * self.by_treatment + own * self.random.standard_normal((treatments, members))
        return Noise(np.asarray(MEMBER * self.random.standard_normal(members)), by_treatment, scores)


def _normal(random: np.random.Generator, *shape: int) -> Array:
    return random.standard_normal(shape, dtype=np.float32)
