"""How well the explanations of whole prediction sets hold."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from interplay import streams
from interplay.arrays import Array, Float
from interplay.conformal.scores import lac
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, PredictionSets, SetExplanations
from interplay.exhibits._explaining import FRESH_SAMPLES, pooled, score
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.explainers.evaluated import fidelity_of
from interplay.families import Members
from interplay.interventions import Ask

SOFTNESS = 0.05
"""Of conformity scores, over which a label goes from in to out of a soft set."""
EXPLAINED_SETS = 200


class SetExplanationsMaker(Maker):
    """How well the explanations of whole prediction sets hold; the conformity score is one less the probability."""

    makes: ClassVar[type[Exhibit]] = SetExplanations

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> SetExplanations | NotMeasurable:
        shared, sets = pooled(setting, [members]), ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        if isinstance(shared, NotMeasurable):
            return shared
        rows = setting.explained[some_places(setting.explained, EXPLAINED_SETS)]
        chance = streams.generator(setting.design.study.seed, "fresh points of explained sets")
        own, fresh = shared.around.points(rows, setting.encoded), shared.around.drawn(FRESH_SAMPLES, chance)
        # Perturbed rows belong to no group: their labels are held against the threshold of the largest part.
        size = shared.scores.of(SoftSize(sets.usual_limits(), SOFTNESS))
        return SetExplanations(rows, *fidelity_of(shared.explain, size, score(setting), own, shared.pool, fresh))


@dataclass(frozen=True, eq=False)
class SoftSize:
    """The size of a prediction set whose labels go out one by one: sum of 1 / (1 + exp((1 - probability - limit) / softness))."""

    limits: Float[Array, "model label"]
    softness: float

    def value(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row"]:
        return np.asarray(self._inside(log_probabilities).sum(axis=2))

    def slopes(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row label"]:
        inside = self._inside(log_probabilities)
        return np.asarray(inside * (1 - inside) / self.softness * np.exp(log_probabilities))

    def _inside(self, log_probabilities: Float[Array, "model row label"]) -> Float[Array, "model row label"]:
        return np.asarray(expit((self.limits[:, None] - lac(log_probabilities)) / self.softness))
