"""The decisions of members that give nothing else."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import BareDecisions, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import WITH_PROBABILITIES, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class BareDecisionsMaker(Maker):
    """The decisions of members that give nothing else."""

    makes: ClassVar[type[Exhibit]] = BareDecisions
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> BareDecisions | NotMeasurable:
        del ask
        if not setting.family.decides_only:
            return WITH_PROBABILITIES
        return BareDecisions(members.decisions(setting.encoded.matrix))
