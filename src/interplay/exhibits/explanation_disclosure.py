"""What explanations tell about membership to those who see no score."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplanationDisclosure, ExplanationSignals, Predictions
from interplay.exhibits._disclosing import by_regression, right
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ExplanationDisclosureMaker(Maker):
    """What explanations tell about membership to those who see no score."""

    makes: ClassVar[type[Exhibit]] = ExplanationDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ExplanationDisclosure | NotMeasurable:
        del members
        predictions, explained = ask(Predictions), ask(ExplanationSignals)
        if isinstance(predictions, NotMeasurable):
            return predictions
        if isinstance(explained, NotMeasurable):
            return explained
        signals = right(predictions, setting), explained.alone
        return by_regression(ExplanationDisclosure, setting, *signals)
