"""Looks: judging the same comparison at several numbers of members, without judging more leniently for it."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import special

from interplay.arrays import Array, Float

_POINTS = 401
_REACH = 10.0
_SMALLEST = 1e-12
_GRID = np.concatenate([np.logspace(-12, -2, 31), np.linspace(0.015, 0.5, 40), np.linspace(0.55, 0.999999, 12)])


@dataclass(frozen=True)
class Looks:
    """The planned looks, as increasing numbers of members.

    Every look is held to the same one-sided nominal level (Pocock), chosen so that the chance of a false alarm at any of
    them is the level asked for. Estimates over members are taken to have independent increments; rows that all looks
    share make the looks more alike, so that the truth errs on the cautious side. Raises ValueError where the numbers do
    not grow.

    Reference: Pocock (1977), "Group sequential methods"; Armitage, McPherson and Rowe (1969) for the recursion.

    Example:
        >>> round(Looks((1, 2, 3, 4, 5)).nominal(0.025), 4)
        0.0079
        >>> Looks.once().nominal(0.05)
        0.05
    """

    members: tuple[int, ...]

    def __post_init__(self) -> None:
        counts = (0, *self.members)
        if not self.members or any(one >= other for one, other in pairwise(counts)):
            raise ValueError(f"looks need growing numbers of members, not {self.members}")

    @classmethod
    def once(cls) -> "Looks":
        """A single look, which needs no correction."""
        return cls((1,))

    def nominal(self, level: float) -> float:
        """The level each look is held to, so that all of them together keep `level`."""
        if len(self.members) == 1:
            return level
        return float(np.exp(np.interp(np.log(level), np.log(_crossings(self.members)), np.log(_GRID))))

    def adjusted(self, p_values: Float[Array, " test"]) -> Float[Array, " test"]:
        """The chance, without an effect, that the smallest p value over all looks is as small as this one."""
        if len(self.members) == 1:
            return p_values
        inner = np.clip(p_values, _SMALLEST, _GRID[-1])
        return np.asarray(np.exp(np.interp(np.log(inner), np.log(_GRID), np.log(_crossings(self.members)))))


@lru_cache(maxsize=32)
def _crossings(members: tuple[int, ...]) -> Float[Array, " grid"]:
    return np.array([_crossing(members, -float(special.ndtri(p))) for p in _GRID])


def _crossing(members: tuple[int, ...], bound: float) -> float:
    """P(the standardised mean exceeds `bound` at some look)."""
    density, points, spacing, before = np.ones(1), np.zeros(1), np.ones(1), 0
    for count in members:
        ends = bound * np.sqrt(count)
        grid = np.linspace(min(-_REACH * np.sqrt(count), ends - 1), ends, _POINTS)
        step = np.sqrt(count - before)
        kernel = np.exp(-(((grid[:, None] - points) / step) ** 2) / 2) / (step * np.sqrt(2 * np.pi))
        density = kernel @ (density * spacing)
        points, before = grid, count
        spacing = np.full(_POINTS, grid[1] - grid[0])
        spacing[[0, -1]] /= 2
    return float(np.clip(1 - (density * spacing).sum(), 0.0, 1.0))
