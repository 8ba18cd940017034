"""How well the explanations of whole prediction sets hold."""

from typing import ClassVar

import numpy as np
from scipy.special import expit

from interplay import streams
from interplay.arrays import Array, Float
from interplay.conformal.scores import lac
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, PredictionSets, SetExplanations
from interplay.exhibits._explaining import FRESH_SAMPLES, UNRELEASED, SharedPool, released_explanations
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.families import Members
from interplay.interventions import Ask

SOFTNESS = 0.05
"""Of conformity scores, over which a label goes from in to out of a soft set."""
EXPLAINED_SETS = 200


class SetExplanationsMaker(Maker):
    """How well the explanations of whole prediction sets hold; the conformity score is one less the probability."""

    makes: ClassVar[type[Exhibit]] = SetExplanations

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> SetExplanations | NotMeasurable:
        release, sets = released_explanations(setting), ask(PredictionSets)
        if isinstance(sets, NotMeasurable):
            return sets
        if release is None:
            return UNRELEASED
        shared = SharedPool(setting, [members], release)
        rows = setting.explained[some_places(setting.explained, EXPLAINED_SETS)]
        chance = streams.generator(setting.design.study.seed, "fresh points of explained sets")
        fresh_bins, fresh = shared.around.drawn(FRESH_SAMPLES, chance)
        # Perturbed rows belong to no group: their labels are held against the threshold of the largest part.
        limits = sets.usual_limits()[:, None]

        def size(columns: Float[Array, "row column"]) -> Float[Array, "member row"]:
            scores = lac(shared.log_probabilities(columns))
            return np.asarray(expit((limits - scores) / SOFTNESS).sum(axis=2))

        held, reference = release.fidelity_of(
            shared.scored(shared.around.bins(rows), setting.encoded.matrix[rows]),
            shared.pool,
            shared.scored(fresh_bins, fresh),
            size,
        )
        return SetExplanations(rows, held, reference)
