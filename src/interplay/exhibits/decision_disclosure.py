"""What decisions alone tell about membership."""

from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionDisclosure, Exhibit, Predictions
from interplay.exhibits._disclosing import by_regression, right
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNDECLARED, EvaluationSetting
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
        if setting.design.is_given:
            return _of_given(predictions, setting)
        return by_regression(DecisionDisclosure, setting, right(predictions, setting))


def _of_given(predictions: Predictions, setting: EvaluationSetting) -> DecisionDisclosure | NotMeasurable:
    """Without others trained in the same way: a row that is decided rightly is taken for one that the model was trained on."""
    parts = setting.design.split
    if not parts.pool.any():
        return UNDECLARED
    decided = np.asarray(predictions.decisions == setting.dataset.labels, dtype=np.float64)
    return DecisionDisclosure(decided, setting.design.inside(), (parts.pool | parts.test)[None])
