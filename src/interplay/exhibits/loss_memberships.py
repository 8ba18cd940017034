"""The loss of every row, and who was trained on it: what an attacker without other models has."""

from typing import ClassVar

from interplay.attacks import loss_threshold
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, LossMemberships, Memberships, Scores
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNDECLARED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class LossMembershipsMaker(Maker):
    """The losses of the pool rows that LiRA and RMIA score; of a given model those of its training rows and the test rows."""

    makes: ClassVar[type[Exhibit]] = LossMemberships
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> LossMemberships | NotMeasurable:
        del members
        if setting.design.is_given:
            return _of_given(ask, setting)
        found = ask(Memberships)
        if isinstance(found, NotMeasurable):
            return found
        return LossMemberships(found.loss, found.inside, found.scored)


def _of_given(ask: Ask, setting: EvaluationSetting) -> LossMemberships | NotMeasurable:
    parts, scores = setting.design.split, ask(Scores)
    if isinstance(scores, NotMeasurable):
        return scores
    if not parts.pool.any():
        return UNDECLARED
    likelihood = loss_threshold.scores(scores.log_probabilities, setting.dataset.labels)
    return LossMemberships(likelihood, setting.design.inside(), (parts.pool | parts.test)[None])
