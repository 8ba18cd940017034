"""What a measurement yields: values per member and draw, or a reason why there are none."""

from dataclasses import dataclass, replace

from interplay.arrays import Array, Float


@dataclass(frozen=True)
class NotMeasurable:
    """A value that is absent, with the reason: never NaN, never 0."""

    reason: str


@dataclass(frozen=True, eq=False)
class Contrast:
    """A signed difference between one group and the reference group: rate(reference) - rate(group).

    `name` reads "black against white"; with several rates (equalized odds) it starts with the rate, "tpr: black
    against white". `support` counts the distinct rows in the smaller denominator.
    """

    name: str
    values: Float[Array, "member draw"]
    support: int


@dataclass(frozen=True, eq=False)
class Sample:
    """One metric on one treatment: a value for every member and every row-bootstrap draw.

    Draw 0 has all row weights one, so `values[:, 0]` are the plain values. `support` counts the distinct rows behind
    the value, those of a cluster (of one person, or equal in every feature) once.

    A disparity also has its signed `contrasts`, which are what is tested (the maximum over groups is biased
    upward and is shown only), and `excluded`: the groups left out, each with the reason. For attacks whose value is
    pooled over members, `values` are jackknife pseudo-values, so that their mean is the estimate and their spread over
    members its standard error.
    """

    values: Float[Array, "member draw"]
    support: int
    contrasts: tuple[Contrast, ...] = ()
    excluded: tuple[NotMeasurable, ...] = ()

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
