"""Row values of prediction sets. They depend on the draw, since the thresholds do."""

from collections.abc import Callable

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.evidence import Evidence, PerDraw, PredictionSets
from interplay.metrics._metric import Rate


def covered(evidence: Evidence, sets: PredictionSets) -> Rate:
    """Whether the set of a row holds its label."""
    rows = _counted(evidence)
    return Rate(_holds_label(evidence, sets, sets.scores[:, rows], rows), rows=rows)


def covered_attacked(
    evidence: Evidence,
    sets: PredictionSets,
    scores: Float[Array, "member attacked label"],
    rows: Int[Array, " attacked"],
) -> Rate:
    """Whether the set of an adversarial row holds the label of the row it was made from."""
    return Rate(_holds_label(evidence, sets, scores, rows), rows=rows)


def set_sizes(
    evidence: Evidence,
    sets: PredictionSets,
    of: Callable[[Int[Array, "draw some"]], Bool[Array, "draw some"] | Int[Array, "draw some"]] | None = None,
) -> Rate:
    """The number of labels in the set of a row, or a function `of` it."""
    rows = _counted(evidence)
    part = sets.part[rows]

    def values(member: int) -> Float[Array, "draw some"]:
        # One label at a time keeps the memory at draws x rows.
        size = np.zeros((sets.thresholds.shape[1], len(rows)), dtype=np.int64)
        for label in range(sets.scores.shape[2]):
            size += sets.includes(member, sets.scores[member, rows, label][:, None], part)[:, :, 0]
        return np.asarray(size if of is None else of(size), dtype=np.float64)

    return Rate(values, rows=rows)


def _holds_label(
    evidence: Evidence, sets: PredictionSets, scores: Float[Array, "member some label"], rows: Int[Array, " some"]
) -> PerDraw:
    part = sets.part[rows]
    own = np.take_along_axis(scores, evidence.rows.labels[rows][None, :, None], axis=2)

    def values(member: int) -> Float[Array, "draw some"]:
        return sets.includes(member, own[member], part)[:, :, 0].astype(np.float64)

    return values


def _counted(evidence: Evidence) -> Int[Array, " some"]:
    """The rows that count for some member; on large tables most rows do not."""
    return np.flatnonzero(evidence.rows.counted.any(axis=0))
