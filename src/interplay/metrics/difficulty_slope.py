"""Difficulty slope: how much more often classes are decided wrongly that an ordinary model finds hard."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Predictions, RetrainedControl, Rows
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._slope import FEWEST_CLASSES, why_no_slope

LEAST_APART = 0.2
"""The share of the variance of the classes' errors that has to be more than the luck of the evaluated rows."""


@dataclass(frozen=True)
class DifficultySlope(Metric):
    """How much more often a class is decided wrongly that is harder by one standard deviation.

    difficulty_slope = covariance over classes of (error, difficulty) / SD over classes of difficulty,
    error(c) = share of the rows with label c that are decided otherwise, difficulty(c) = the same share by the control
    from another start (`another_start`)

    Difficulty comes from models that share training rows with the treatment's members, and no random number with them or with the
    control. Products of two shares of a class are means over pairs of two different rows, in the covariance and in the SD,
    so that the luck of the evaluated rows does not stand on both sides. Between -1 and 1; lower is better; 0 where errors do
    not rise with difficulty. The control's own value is about the SD of its errors over classes, and the slope of what a
    treatment costs each class is its value less the control's, free of regression to the mean. The SD is that of all
    members together at unit weights. Not measurable with fewer than six classes, where a class has fewer rows than a group
    needs, or where classes differ in difficulty by hardly more than chance.

    Reference: Xu et al. (2021), "To be robust or to be fair"; Hoeffding (1948) for means over pairs of different rows.

    Example:
        >>> from interplay.evidence import tabulated
        >>> labels = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        >>> said = [0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0]
        >>> ordinary = RetrainedControl(np.log(np.where(np.arange(6) == np.array(said)[:, None], 0.9, 0.02))[None])
        >>> round(DifficultySlope().measure(tabulated(labels, said, exhibits=(ordinary,))).mean, 9)
        0.5

    Does not show: whether difficulty is the cause: among a few classes something else may go with it. A class that is
    decided wrongly almost always has little left to lose, and one without errors none to be spared.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "errors of hard classes"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "error per SD of difficulty"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.01
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Predictions, RetrainedControl)
    reference: ClassVar[str] = "Xu et al., 2021"
    fewest_classes: ClassVar[int] = FEWEST_CLASSES

    @property
    def pools_members(self) -> bool:
        return True

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        predictions, ordinary = evidence.ask(Predictions), evidence.ask(RetrainedControl)
        if isinstance(predictions, NotMeasurable):
            return predictions
        if isinstance(ordinary, NotMeasurable):
            return ordinary
        if (why := why_no_slope(evidence)) is not None:
            return why
        rows = evidence.rows
        wrong = predictions.decisions != rows.labels
        hard = ordinary.log_probabilities.argmax(axis=2) != rows.labels
        moments = []
        for member in zip(wrong, hard, rows.counted, strict=True):
            of_member = _of_member(*member, rows)
            if isinstance(of_member, NotMeasurable):
                return of_member
            moments.append(of_member)
        apart = float(np.mean([member.apart for member in moments]))
        if apart <= LEAST_APART * float(np.mean([member.spread for member in moments])):
            return NotMeasurable(
                "the control from another start finds no class harder than another beyond the luck of the evaluated rows"
            )
        together = np.stack([member.together for member in moments])
        return Sample(np.asarray(together / np.sqrt(apart)), evidence.support())


class _Moments(NamedTuple):
    """The covariance of errors and difficulty in every draw, and the variance of difficulty without and with luck."""

    together: Float[Array, " draw"]
    apart: float
    spread: float


def _of_member(
    wrong: Bool[Array, " row"], hard: Bool[Array, " row"], counted: Bool[Array, " row"], rows: Rows
) -> _Moments | NotMeasurable:
    crossed, own, errors, difficulty = [], [], [], []
    for label in range(rows.classes):
        here = np.flatnonzero(counted & (rows.labels == label))
        if rows.distinct(counted & (rows.labels == label)) < 2:
            return NotMeasurable(f"class {label} has fewer than two rows for some member, and so no pair of rows")
        summed = _by_cluster(here, wrong, hard, rows)
        crossed.append(_of_pairs(summed.weight, summed.wrong, summed.hard))
        own.append(_of_pairs(summed.weight[:1], summed.hard[:1], summed.hard[:1]))
        errors.append(summed.wrong.sum(axis=1) / summed.weight.sum(axis=1))
        difficulty.append(summed.hard.sum(axis=1) / summed.weight.sum(axis=1))
    means, other = np.stack(errors), np.stack(difficulty)
    together, apart = covariance(np.stack(crossed), means, other), covariance(np.stack(own), other[:, :1], other[:, :1])
    return _Moments(together, float(apart[0]), float(other[:, 0].var()))


class _Summed(NamedTuple):
    """Sums over the rows of every cluster: of weights, and of weights where a row is decided wrongly by either model."""

    weight: Float[Array, "draw cluster"]
    wrong: Float[Array, "draw cluster"]
    hard: Float[Array, "draw cluster"]


def _by_cluster(
    here: Int[Array, " some"], wrong: Bool[Array, " row"], hard: Bool[Array, " row"], rows: Rows
) -> _Summed:
    if rows.clusters is not None:
        here = here[np.argsort(rows.clusters[here], kind="stable")]
    weights = rows.weights[:, here]
    parts = weights, weights * wrong[here], weights * hard[here]
    if rows.clusters is None:
        return _Summed(*parts)
    starts = np.unique(rows.clusters[here], return_index=True)[1]
    return _Summed(*(np.add.reduceat(part, starts, axis=1) for part in parts))


def _of_pairs(
    weight: Float[Array, "draw cluster"], first: Float[Array, "draw cluster"], second: Float[Array, "draw cluster"]
) -> Float[Array, " draw"]:
    """The weighted mean of a product over pairs of rows of different clusters."""
    products = first.sum(axis=1) * second.sum(axis=1) - (first * second).sum(axis=1)
    return np.asarray(products / (weight.sum(axis=1) ** 2 - (weight**2).sum(axis=1)))


def covariance(
    products: Float[Array, "label draw"], first: Float[Array, "label draw"], second: Float[Array, "label draw"]
) -> Float[Array, " draw"]:
    """The covariance over classes of two numbers, from their means by class and the mean of their product in each class.

    Example:
        >>> two = np.array([[0.0], [1.0]])
        >>> covariance(two * two, two, two).tolist()
        [0.25]
    """
    count = len(products)
    other = first.sum(axis=0) * second.sum(axis=0) - (first * second).sum(axis=0)
    return np.asarray((products.sum(axis=0) * (count - 1) - other) / count**2)
