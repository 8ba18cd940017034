"""Inflated sets: the share of rows whose prediction set an attacker can fill up without turning the decision."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.aspects import Aspect
from interplay.drawn import Within
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, PredictionSets
from interplay.metrics._metric import Direction, Metric

OWN = (
    "every label has a threshold of its own: whether both labels are held before the decision turns then depends on both, "
    "and takes an attack on the set itself"
)
NONE = "at this level no set of two labels exists that could be filled up: the threshold is at most one half for every member"


@dataclass(frozen=True)
class InflatedSets(Metric):
    """The share of rows whose prediction set an attacker can fill up without turning the decision.

    inflated_sets = mean over attacked rows of [the set of the adversarial row holds the other label] - mean over the
    same rows of [the set of the row itself holds it]

    With two labels and a threshold q above one half, a set of one label becomes one of both labels wherever the
    probability of the label falls to q; on the way from the row to the adversarial row that happens before the decision
    turns. So the rows counted here could be given both labels with the decision kept. Between 0 and 1; lower is better.

    Reference: Ghosh et al. (2023), on attacks that inflate prediction sets; the path argument is our own.

    Example:
        >>> from interplay.evidence import tabulated
        >>> scores, moved = np.array([[[0.9, 0.1], [0.9, 0.1]]]), np.array([[[0.5, 0.5], [0.8, 0.2]]])
        >>> sets = PredictionSets(scores, np.array([[[0.7]]]), np.zeros(2, dtype=int), 0.1, False, np.arange(2), moved)
        >>> InflatedSets().measure(tabulated(labels=[1, 1], exhibits=(sets,))).mean
        0.5

    Does not show: what an attack on the size itself finds; with more labels than two it takes one.
    """

    aspect: ClassVar[Aspect] = Aspect.ROBUSTNESS
    title: ClassVar[str] = "share of inflated sets"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (PredictionSets,)
    reference: ClassVar[str] = "Ghosh et al., 2023"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        sets, rows = evidence.ask(PredictionSets), evidence.rows
        if isinstance(sets, NotMeasurable):
            return sets
        if rows.classes != 2:
            return NotMeasurable(f"{rows.classes} labels: filling up a set then takes an attack on its size")
        if sets.attacked is None or sets.scores_attacked is None:
            return NotMeasurable("no attack was run on these sets")
        if sets.by_label:
            return NotMeasurable(OWN)
        if (sets.thresholds[:, 0] <= 0.5).all():
            return NotMeasurable(NONE)
        at, part = sets.attacked, sets.part[sets.attacked]
        limits = np.where(
            sets.thresholds > 0.5, sets.thresholds, -1.0
        )  # below it an attack empties sets, and fills none
        other = 1 - rows.labels[at]
        clean, moved = (
            evidence.mean(Within(_of(scores, other), limits, part, sets.strict), rows=at)
            for scores in (sets.scores[:, at], sets.scores_attacked)
        )
        if isinstance(clean, NotMeasurable):
            return clean
        if isinstance(moved, NotMeasurable):
            return moved
        return Sample(np.maximum(moved - clean, 0.0), evidence.support(None, at))


def _of(scores: Float[Array, "member some label"], labels: Int[Array, " some"]) -> Float[Array, "member some one"]:
    return np.take_along_axis(scores, labels[None, :, None], axis=2)
