"""The lowest log-odds of a row's own label under every switch of a category."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, SwitchedOdds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNSWITCHED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class SwitchedOddsMaker(Maker):
    """The lowest log-odds of a row's own label under every switch of a category."""

    makes: ClassVar[type[Exhibit]] = SwitchedOdds

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> SwitchedOdds | NotMeasurable:
        del ask
        if setting.attack.switches is None:
            return UNSWITCHED
        rows, adversary = setting.attacked, members.adversary(setting.attack)
        if isinstance(adversary, NotMeasurable):
            return adversary
        inputs, labels = setting.encoded.matrix[rows], setting.dataset.labels[rows]
        return SwitchedOdds(rows, adversary.lowest_odds(inputs, labels))
