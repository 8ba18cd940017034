"""Explanations of the favourable score on the explained rows."""

from collections.abc import Sequence
from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Explanations
from interplay.exhibits._explaining import explanations
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ExplanationsMaker(Maker):
    """Explanations of the favourable score on the explained rows."""

    makes: ClassVar[type[Exhibit]] = Explanations

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Explanations | NotMeasurable:
        del ask
        return explanations(setting, [members])[0]

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[Explanations | NotMeasurable]:
        return explanations(setting, stacks)
