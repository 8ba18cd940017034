"""Conformal prediction sets."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.conformal.sets import sets
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels
from interplay.evidence.adversarial_scores import AdversarialScores
from interplay.evidence.attacked_calibration import AttackedCalibration
from interplay.evidence.predictions import Predictions
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class PredictionSets(Exhibit):
    """Conformal sets: label y is in the set of a row when its conformity score is within the threshold that holds for it.

    `thresholds` has one value per member, draw and part (one part for marginal sets, one per group for group-wise
    ones, one per label for class-wise ones); `part` maps a row to its part, or (row, label) each label of a row;
    `strict` uses `<` (the paper's Eq. 6) instead of `<=`. `scores_attacked`
    are the scores on the adversarial rows `attacked`, when an attack was run; `calibrated` says how many rows each part was
    calibrated on, for the parts that are large enough to be judged. Scores are those fitted at unit weights:
    only the thresholds are fitted anew in every draw. `taken_at` is the miscoverage of the thresholds' rank, where that is not
    the promised one.
    """

    released: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores, AdversarialScores, AttackedCalibration)

    scores: Float[Array, "member row label"]
    thresholds: Float[Array, "member draw part"]
    part: Int[Array, " row"] | Int[Array, "row label"]
    miscoverage: float
    strict: bool = False
    attacked: Int[Array, " attacked"] | None = None
    scores_attacked: Float[Array, "member attacked label"] | None = None
    calibrated: Int[Array, " calibrated"] | None = None
    taken_at: float | None = None

    @property
    def by_label(self) -> bool:
        """Whether labels have thresholds of their own."""
        return self.part.ndim == 2

    def part_of(self, labels: Int[Array, " some"], rows: Int[Array, " some"] | None = None) -> Int[Array, " some"]:
        """The part whose threshold holds for one label of each of some rows, of all where None.

        Example:
            >>> by_class = PredictionSets(np.zeros((1, 2, 2)), np.ones((1, 1, 2)), np.array([[0, 1], [0, 1]]), 0.1)
            >>> by_class.part_of(np.array([1, 0])).tolist()
            [1, 0]
        """
        part = self.part if rows is None else self.part[rows]
        return part[np.arange(len(labels)), labels] if self.by_label else part

    def held(self, rows: Int[Array, " some"]) -> Bool[Array, "member some label"]:
        """Which labels the sets of some rows hold, at unit weights."""
        return sets(self.scores[:, rows], self.thresholds[:, 0][:, self.part[rows]], self.strict)

    def usual_limits(self) -> Float[Array, "member label"]:
        """The thresholds at unit weights of the part with the most rows, for each label where they have their own."""
        columns = self.part.T if self.by_label else self.part[None]
        return self.thresholds[:, 0][:, [int(np.bincount(column[column >= 0]).argmax()) for column in columns]]

    @classmethod
    def stand_in(cls, planned: Planned) -> Self:
        scores, one_part = (
            -Predictions.stand_in(planned).log_probabilities_of(0, planned.rows),
            np.zeros(len(planned.rows.labels), np.int64),
        )
        limits = np.zeros((len(scores), 1, 1))
        attacked = planned.attacked
        return cls(scores, limits, one_part, 0.1, attacked=attacked, scores_attacked=scores[:, attacked])

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        parts = models.rows.groupings["group"].codes
        shape = models.members, len(models.rows.weights), int(parts.max()) + 1
        limits = streams.generator(models.seed, "prediction sets").uniform(0.3, 0.9, shape)
        scores, moved = 1 - np.exp(models.clean), 1 - np.exp(models.moved)
        return cls(scores, limits, parts, 0.1, False, models.attacked, moved, np.array([90, 40]))
