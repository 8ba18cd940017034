"""The rule that decides where no layer does: the most likely class."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule, Exhibit, Scores
from interplay.exhibits._fitted import cuts_of_refits
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class DecisionRuleMaker(Maker):
    """The rule that decides where no layer does: the most likely class."""

    makes: ClassVar[type[Exhibit]] = DecisionRule
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> DecisionRule | NotMeasurable:
        del members
        scores = ask(Scores)
        if isinstance(scores, NotMeasurable):
            return DecisionRule() if setting.family.decides_only else scores
        refits = scores.refits
        return DecisionRule(in_draws=None if refits is None else cuts_of_refits(refits, setting.dataset.favourable))
