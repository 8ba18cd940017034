"""What members say of every row, refitted at unit weights and in every draw."""

from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.drawn import Refits
from interplay.evidence import Exhibit, Scores
from interplay.exhibits._fitted import refitted_odds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ScoresMaker(Maker):
    """What members say of every row, refitted at unit weights and in every draw."""

    makes: ClassVar[type[Exhibit]] = Scores

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Scores:
        del ask
        logs = members.log_probabilities(setting.encoded.matrix)
        margins = setting.margins(logs)
        return Scores(logs, margins, _refits(margins, setting))


def _refits(margins: Float[Array, "member row"], setting: EvaluationSetting) -> Refits | None:
    """The refits of every draw; None with more than two labels, or where there is one draw."""
    dataset, weights = setting.dataset, setting.rows.weights
    if len(dataset.classes) != 2 or len(weights) == 1:
        return None
    if not setting.family.refits:
        shape = (len(margins), len(weights))
        return Refits(margins, np.ones(shape), np.zeros(shape))
    return refitted_odds(margins, dataset.labels == dataset.favourable, setting.tuning, weights)
