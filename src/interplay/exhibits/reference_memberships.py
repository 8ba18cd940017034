"""How much more likely the label of a row is made than by reference models, and who was trained on it."""

from typing import ClassVar

import numpy as np

from interplay import streams
from interplay.attacks import lira
from interplay.attacks.reference_models import expected_log_odds
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Memberships, ReferenceMemberships, Scores
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNDECLARED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ReferenceMembershipsMaker(Maker):
    """RMIA with the other members as references; of a given model its log-odds less those of models trained on held-out rows."""

    makes: ClassVar[type[Exhibit]] = ReferenceMemberships
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ReferenceMemberships | NotMeasurable:
        del members
        if setting.design.is_given:
            return _of_given(ask, setting)
        found = ask(Memberships)
        if isinstance(found, NotMeasurable):
            return found
        return ReferenceMemberships(found.rmia, found.inside, found.scored)


def _of_given(ask: Ask, setting: EvaluationSetting) -> ReferenceMemberships | NotMeasurable:
    design, labels, scores = setting.design, setting.dataset.labels, ask(Scores)
    if isinstance(scores, NotMeasurable):
        return scores
    if not design.split.pool.any():
        return UNDECLARED
    chance = streams.generator(design.study.seed, "reference models")
    expected = expected_log_odds(setting.encoded.matrix, labels, setting.never_trained, design.clusters, chance)[None]
    scored = np.asarray(design.split.pool | setting.never_trained)[None]
    return ReferenceMemberships(
        lira.signal(scores.log_probabilities, labels) - expected, design.inside(), scored, expected
    )
