"""On which scale a strength is taken to act: doublings, where the values span enough, or units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from interplay.arrays import Array, Float

SPAN = 4.0
"""From this ratio of the largest to the smallest strength on, doublings count."""


@dataclass(frozen=True)
class StrengthScale:
    """Values of one parameter, increasing, with their positions: logarithms to base two, or the values themselves."""

    values: tuple[float, ...]
    kind: Literal["doublings", "units"]

    @property
    def positions(self) -> Float[Array, " strength"]:
        """Where each strength lies."""
        return np.log2(self.values) if self.kind == "doublings" else np.asarray(self.values, dtype=np.float64)

    def trend_weights(self) -> Float[Array, " strength"]:
        """Weights of the strengths, adding up to zero, that give the fitted change over the whole range.

        weights = range * (x - mean x) / sum over strengths of (x - mean x) ** 2

        with x the positions and range the largest less the smallest: the slope of least squares times the range, so
        that the change is in the unit of what is weighted and can be held against its tolerance.

        Example:
            >>> strength_scale((1.0, 2.0, 8.0)).trend_weights().round(3).tolist()
            [-0.857, -0.214, 1.071]
        """
        centred = self.positions - self.positions.mean()
        return np.asarray(np.ptp(self.positions) * centred / (centred**2).sum())


def strength_scale(values: Sequence[float]) -> StrengthScale:
    """Doublings where all values are positive and the largest is at least four times the smallest; else units.

    Example:
        >>> strength_scale((1, 3, 8)).kind, strength_scale((0.1, 0.2, 0.3)).kind, strength_scale((0, 1, 9)).kind
        ('doublings', 'units', 'units')
    """
    ordered = tuple(sorted(float(value) for value in values))
    doublings = ordered[0] > 0 and ordered[-1] >= SPAN * ordered[0]
    return StrengthScale(ordered, "doublings" if doublings else "units")
