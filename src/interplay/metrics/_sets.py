"""Row values of prediction sets. They depend on the draw, since the thresholds do."""

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.drawn import MoreWithin, Within
from interplay.evidence import Evidence, PredictionSets
from interplay.metrics._metric import Rate


def covered(evidence: Evidence, sets: PredictionSets) -> Rate:
    """Whether the set of a row holds its label."""
    labels = evidence.rows.labels
    own = np.take_along_axis(sets.scores, labels[None, :, None], axis=2)
    return Rate(Within(own, sets.thresholds, sets.part_of(labels), sets.strict))


def covered_attacked(
    evidence: Evidence,
    sets: PredictionSets,
    scores: Float[Array, "member attacked label"],
    rows: Int[Array, " attacked"],
) -> Rate:
    """Whether the set of an adversarial row holds the label of the row it was made from."""
    labels = evidence.rows.labels[rows]
    own = np.take_along_axis(scores, labels[None, :, None], axis=2)
    return Rate(Within(own, sets.thresholds, sets.part_of(labels, rows), sets.strict), rows=rows)


def set_sizes(sets: PredictionSets) -> Rate:
    """The number of labels in the set of a row."""
    return Rate(Within(sets.scores, sets.thresholds, sets.part, sets.strict))


def larger_than(sets: PredictionSets, labels: int) -> Rate:
    """Whether the set of a row holds more than so many labels."""
    return Rate(MoreWithin(sets.scores, sets.thresholds, sets.part, sets.strict, labels))
