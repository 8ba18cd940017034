"""Which rows are decided as their label."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Predictions, RightlyDecided
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class RightlyDecidedMaker(Maker):
    """Which rows are decided as their label."""

    makes: ClassVar[type[Exhibit]] = RightlyDecided
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> RightlyDecided | NotMeasurable:
        del members
        predictions = ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        return RightlyDecided(predictions.decisions == setting.dataset.labels)
