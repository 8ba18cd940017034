"""What members predict: probabilities, and the decisions that a treatment takes."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.drawn import Cuts, Drawn, Refits, SquaredDistance, Surprise
from interplay.estimates import NotMeasurable
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels
from interplay.evidence._rows import Rows
from interplay.evidence.decision_rule import DecisionRule


@dataclass(frozen=True, eq=False)
class Predictions(Exhibit):
    """What the members say: log-probabilities in float64, and the decisions the treatment takes.

    The log-probabilities of members that give decisions only are the reason why there are none.

    Both are those of fits at unit weights. `cuts` and `refits` hold those of every draw, and are None where nothing is
    fitted on rows, or where that is not done anew (more than two labels): values are then of these fits only.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (DecisionRule,)

    log_probabilities: Float[Array, "member row label"] | NotMeasurable
    decisions: Int[Array, "member row"]
    cuts: Cuts | None = None
    refits: Refits | None = None

    def right(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """1 where a row is decided as its label, else 0."""
        if self.cuts is None:
            return (self.decisions == rows.labels).astype(np.float64)
        return self.cuts.where(rows.labels == rows.favourable)

    def decided(self, label: int, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """1 where a row is decided as this label, else 0."""
        if self.cuts is None:
            return (self.decisions == label).astype(np.float64)
        return self.cuts.where(np.full(len(rows.labels), label == rows.favourable))

    def surprise(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """-log p(label), in nats."""
        if self.refits is None:
            return -np.take_along_axis(self._logs, rows.labels[None, :, None], axis=2)[:, :, 0]
        return Surprise(self.refits.margins, self.refits.scale, self.refits.shift, _signs(rows))

    def squared_distance(self, rows: Rows) -> Float[Array, "member row"] | Drawn:
        """The squared distance between the probabilities and what happened, summed over the labels."""
        if self.refits is None:
            happened = np.arange(self._logs.shape[2]) == rows.labels[:, None]
            return np.asarray(((np.exp(self._logs) - happened) ** 2).sum(axis=2))
        return SquaredDistance(self.refits.margins, self.refits.scale, self.refits.shift, _signs(rows))

    def log_probabilities_of(self, draw: int, rows: Rows) -> Float[Array, "member row label"]:
        """The log-probabilities refitted with the weights of one draw."""
        if self.refits is None or draw == 0:
            return self._logs
        odds = self.refits.scale[:, [draw]] * self.refits.margins + self.refits.shift[:, [draw]]
        both = np.stack([-np.logaddexp(0.0, odds), -np.logaddexp(0.0, -odds)], axis=2)
        return both if rows.favourable == 1 else both[:, :, ::-1]

    def decisions_of(self, draw: int, rows: Rows) -> Int[Array, "member row"]:
        """The decisions at what is fitted with the weights of one draw."""
        if self.cuts is None:
            return self.decisions
        return np.where(self.cuts.of(draw), rows.favourable, 1 - rows.favourable)

    @property
    def _logs(self) -> Float[Array, "member row label"]:
        """The log-probabilities, for what cannot be asked without them."""
        if isinstance(self.log_probabilities, NotMeasurable):
            raise ValueError(self.log_probabilities.reason)
        return self.log_probabilities

    @classmethod
    def stand_in(cls, planned: Planned) -> Self:
        members, rows = len(planned.rows.counted), planned.rows
        logs = np.full((members, len(rows.labels), rows.classes), -np.log(rows.classes))
        return cls(logs, np.repeat(rows.labels[None], members, axis=0))

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(models.clean, models.clean.argmax(axis=2))


def _signs(rows: Rows) -> Float[Array, " row"]:
    return np.where(rows.labels == rows.favourable, 1.0, -1.0)
