"""What decisions alone tell about membership."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionDisclosure, Exhibit, Predictions
from interplay.exhibits._disclosing import by_regression, right
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class DecisionDisclosureMaker(Maker):
    """What decisions alone tell about membership."""

    makes: ClassVar[type[Exhibit]] = DecisionDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> DecisionDisclosure | NotMeasurable:
        del members
        predictions = ask(Predictions)
        if isinstance(predictions, NotMeasurable):
            return predictions
        return by_regression(DecisionDisclosure, setting, right(predictions, setting))
