"""What is measured in a simulation: rates, gaps between groups and ratios of sizes, each with a known truth."""

import abc
from dataclasses import dataclass

import numpy as np

from benchmarks.calibration.world import CONTROL_VARIANCE, TREATED_VARIANCE, Draws, Noise, effects
from interplay.arrays import Array, Float
from interplay.estimates import Contrast, Sample
from interplay.metrics import Metric
from interplay.metrics.accuracy import Accuracy
from interplay.metrics.accuracy_disparity import AccuracyDisparity
from interplay.metrics.set_size import SetSize

STRETCH = 0.3
"""A size is exp(STRETCH * latent score)."""

Tolerances = Float[Array, " treatment"]


def number(found: float | None) -> float:
    """A number of an effect; a simulated one always has it."""
    if found is None:
        raise ValueError("Expected a number for every simulated effect. Found none.")
    return found


class Simulated(abc.ABC):
    """A metric whose samples are simulated. Changes for the worse and spreads are given in tolerances."""

    metric: Metric

    @property
    @abc.abstractmethod
    def value(self) -> float:
        """The true value of the control."""

    @abc.abstractmethod
    def samples(self, noise: Noise, draws: Draws, worse: Tolerances, spreads: Tolerances) -> list[Sample]:
        """The sample of the control, then that of every treatment."""

    def truth(self, worse: Tolerances) -> Tolerances:
        """The true effects in tolerances, positive where the treatment is worse."""
        return worse


@dataclass(frozen=True)
class Share(Accuracy):
    """A rate with the tolerance of accuracy."""

    number: int = 0

    @property
    def key(self) -> str:
        return f"share/{self.number}"


@dataclass(frozen=True)
class Rate(Simulated):
    """The rate of rows decided correctly."""

    metric: Share
    level: float

    @property
    def value(self) -> float:
        return self.level

    def samples(self, noise: Noise, draws: Draws, worse: Tolerances, spreads: Tolerances) -> list[Sample]:
        tolerance = self.metric.tolerance
        correct = noise.correct(effects(self.level, -worse * tolerance, spreads * tolerance))
        return [Sample(values, draws.rows) for values in draws.means(correct)]


@dataclass(frozen=True)
class Gap(Simulated):
    """How far a group, a `share` of the rows, lies below the others: `gap` under the control.

    Treatments move the group only. A gap that closes and opens on the other side counts as its size.
    """

    metric: AccuracyDisparity
    level: float
    share: float
    gap: float

    @property
    def value(self) -> float:
        return self.gap

    def samples(self, noise: Noise, draws: Draws, worse: Tolerances, spreads: Tolerances) -> list[Sample]:
        tolerance, nothing = self.metric.tolerance, np.zeros(len(worse))
        group = np.arange(draws.rows) % 20 < round(20 * self.share)
        others = effects(self.level, nothing, nothing)
        own = effects(self.level - self.gap, -worse * tolerance, spreads * tolerance)
        apart = noise.at(~group).correct(others), noise.at(group).correct(own)
        gaps = draws.at(~group).means(apart[0]) - draws.at(group).means(apart[1])
        support = int(min(group.sum(), (~group).sum()))
        return [Sample(abs(one), support, (Contrast("group", one, support, "others"),)) for one in gaps]

    def truth(self, worse: Tolerances) -> Tolerances:
        tolerance = self.metric.tolerance
        return (np.abs(self.gap + worse * tolerance) - self.gap) / tolerance


@dataclass(frozen=True)
class Ratio(Simulated):
    """The mean of lognormal sizes, compared as a ratio."""

    metric: SetSize

    @property
    def value(self) -> float:
        return float(np.exp(STRETCH**2 * CONTROL_VARIANCE / 2))

    def samples(self, noise: Noise, draws: Draws, worse: Tolerances, spreads: Tolerances) -> list[Sample]:
        tolerance = self.metric.tolerance
        growth = STRETCH**2 * (TREATED_VARIANCE - CONTROL_VARIANCE) / 2  # what more noise alone adds to a mean size
        shifts = np.log1p(worse * tolerance) - growth
        moved = shifts[:, None] + (spreads * np.log1p(tolerance))[:, None] * noise.by_treatment
        latent = STRETCH * noise.scores
        latent[1:] += moved[..., None].astype(np.float32)
        return [Sample(values, draws.rows) for values in draws.means(np.exp(latent))]
