"""What a measurement yields: values per member and draw, or a reason why there are none."""

from dataclasses import dataclass, replace
from typing import Literal

from interplay.arrays import Array, Float


@dataclass(frozen=True)
class NotMeasurable:
    """A value that is absent, with the reason: never NaN, never 0."""

    reason: str


Kind = Literal["gap", "lowest", "highest"]
"""What the value of a metric is to its contrasts: the largest of signed gaps, or the lowest or highest of values."""


@dataclass(frozen=True, eq=False)
class Contrast:
    """A part of a metric that is judged by itself: the gap between two groups, or the metric's value in one group.

    A "gap" is signed, rate(reference) - rate(group), and is called "group against reference"; its size counts, and a smaller
    one is better. With several rates (equalized odds) each has its `rate`, as in "tpr: black against white". A contrast of
    kind "lowest" or "highest" is a value of one `group` in the metric's own unit and direction, such as "accuracy of black";
    the metric's value is the lowest or highest of them. `support` counts the distinct rows in the smaller denominator.

    Example:
        >>> import numpy as np
        >>> Contrast("black", np.zeros((2, 3)), 40, "white", "tpr").name
        'tpr: black against white'
        >>> Contrast("black", np.zeros((2, 3)), 40, rate="accuracy", kind="lowest").name
        'accuracy of black'
    """

    group: str
    values: Float[Array, "member draw"]
    support: int
    reference: str = ""
    rate: str = ""
    kind: Kind = "gap"

    @property
    def name(self) -> str:
        """How people call it."""
        if self.kind != "gap":
            return f"{self.rate} of {self.group}"
        return f"{f'{self.rate}: ' if self.rate else ''}{self.group} against {self.reference}"


@dataclass(frozen=True, eq=False)
class Sample:
    """One metric on one treatment: a value for every member and every row-bootstrap draw.

    Draw 0 has all row weights one, so `values[:, 0]` are the plain values. `support` counts the distinct rows behind
    the value, those of a cluster (of one person, or equal in every feature) once.

    A metric over groups also has `contrasts`, which are what is judged (the largest of several noisy gaps is
    biased upward, the lowest of several noisy values downward, and both are shown only), and `excluded`: the groups left
    out, each with the reason. For values that are pooled over members, such as those of an attack or of pairs of members,
    `values` are jackknife pseudo-values, so that their mean is the estimate and their spread over members its standard
    error. `bias` says how far the values may on average lie below and above what they estimate; every interval, p value
    and probability counts both. Only values that are compared as differences may have one.
    """

    values: Float[Array, "member draw"]
    support: int
    contrasts: tuple[Contrast, ...] = ()
    excluded: tuple[NotMeasurable, ...] = ()
    bias: tuple[float, float] = (0.0, 0.0)

    @property
    def mean(self) -> float:
        """The mean over members at unit weights."""
        return float(self.values[:, 0].mean())

    def first(self, members: int) -> "Sample":
        """The same of the first members only."""
        if members == len(self.values):
            return self
        contrasts = tuple(replace(one, values=one.values[:members]) for one in self.contrasts)
        return replace(self, values=self.values[:members], contrasts=contrasts)
