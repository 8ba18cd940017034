"""What explanations tell about membership to those who see no score."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplanationDisclosure, LocalResiduals, Predictions
from interplay.exhibits._disclosing import by_regression, right, towards_label
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
        predictions, residuals = ask(Predictions), ask(LocalResiduals)
        if isinstance(predictions, NotMeasurable):
            return predictions
        if isinstance(residuals, NotMeasurable):
            return residuals
        signals = right(predictions, setting), towards_label(residuals, setting)
        return by_regression(ExplanationDisclosure, setting, *signals)
