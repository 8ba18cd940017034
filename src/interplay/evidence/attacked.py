"""Decisions and probabilities on adversarial rows."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.drawn import Cuts, Drawn
from interplay.estimates import NotMeasurable
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels
from interplay.evidence._rows import Rows
from interplay.evidence.adversarial_scores import AdversarialScores
from interplay.evidence.decision_rule import DecisionRule
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class Attacked(Exhibit):
    """The decisions on adversarial rows (the worst of PGD and APGD within `radius`, movable columns only).

    `cuts` as in `Predictions`: with two labels the attack is on the scores, wherever the cut lies.
    """

    attack: ClassVar[bool] = True
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (AdversarialScores, DecisionRule)

    rows: Int[Array, " attacked"]
    decisions: Int[Array, "member attacked"]
    log_probabilities: Float[Array, "member attacked label"] | NotMeasurable
    radius: float
    steps: int
    cuts: Cuts | None = None

    def right(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where an attacked row is still decided as its label, else 0."""
        labels = rows.labels[self.rows]
        if self.cuts is None:
            return (self.decisions == labels).astype(np.float64)
        return self.cuts.where(labels == rows.favourable)

    def turned(self, rows: Rows) -> Float[Array, "member attacked"] | Drawn:
        """1 where an attacked row is decided otherwise than its label, else 0."""
        labels = rows.labels[self.rows]
        if self.cuts is None:
            return (self.decisions != labels).astype(np.float64)
        return self.cuts.where(labels != rows.favourable)

    @classmethod
    def stand_in(cls, planned: Planned) -> Self:
        every = Predictions.stand_in(planned)
        logs = every.log_probabilities_of(0, planned.rows)[:, planned.attacked]
        return cls(planned.attacked, every.decisions[:, planned.attacked], logs, radius=0.0, steps=0)

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(models.attacked, models.moved.argmax(axis=2), models.moved, radius=0.5, steps=10)
