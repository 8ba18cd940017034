"""What the last hidden layer makes of some rows, in a treatment's members and in ordinary models."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Representations, RetrainedControl
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import NO_ACTIVATIONS, Members
from interplay.interventions import Ask


class RepresentationsMaker(Maker):
    """What the last hidden layer makes of some rows, in a treatment's members and in ordinary models."""

    makes: ClassVar[type[Exhibit]] = Representations
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Representations | NotMeasurable:
        ordinary, rows = ask(RetrainedControl), setting.represented
        if isinstance(ordinary, NotMeasurable):
            return ordinary
        own = members.activations(setting.encoded.matrix[rows])
        if isinstance(own, NotMeasurable):
            return own
        if ordinary.activations is None:
            return NO_ACTIVATIONS
        return Representations(rows, own, ordinary.activations)
