"""The decisions of members that give nothing else, on rows moved by an attack that sees these alone."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import AttackedDecisions, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNMOVED, WITH_PROBABILITIES, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class AttackedDecisionsMaker(Maker):
    """The decisions of members that give nothing else, on rows moved by an attack that sees these alone."""

    makes: ClassVar[type[Exhibit]] = AttackedDecisions
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AttackedDecisions | NotMeasurable:
        del ask
        if not setting.family.decides_only:
            return WITH_PROBABILITIES
        if not setting.is_movable:
            return UNMOVED
        rows, adversary = setting.attacked, members.decision_adversary(setting.attack)
        if isinstance(adversary, NotMeasurable):
            return adversary
        inputs, labels = setting.encoded.matrix[rows], setting.dataset.labels[rows]
        return AttackedDecisions(rows, adversary.decided(inputs, labels))
