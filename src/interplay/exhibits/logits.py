"""Margins of the favourable class, with and without the movable columns."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Logits, Scores
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class LogitsMaker(Maker):
    """Margins of the favourable class, with and without the movable columns."""

    makes: ClassVar[type[Exhibit]] = Logits

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Logits | NotMeasurable:
        scores = ask(Scores)
        if not setting.is_movable:
            return UNMOVED
        if isinstance(scores, NotMeasurable):
            return scores
        return Logits(scores.margins, setting.margins(members.log_probabilities(setting.held)))
