"""What prediction sets tell about membership."""

from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, Predictions, PredictionSets, SetDisclosure
from interplay.exhibits._disclosing import by_regression, right
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class SetDisclosureMaker(Maker):
    """What prediction sets tell about membership."""

    makes: ClassVar[type[Exhibit]] = SetDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> SetDisclosure | NotMeasurable:
        del members
        predictions, released = ask(Predictions), ask(PredictionSets)
        if isinstance(predictions, NotMeasurable):
            return predictions
        if isinstance(released, NotMeasurable):
            return released
        rows, labels = setting.disclosed, setting.dataset.labels[setting.disclosed]
        held = released.held(rows)
        own = np.take_along_axis(held, labels[None, :, None], axis=2)[..., 0]
        signals = right(predictions, setting), own.astype(np.float64), held.sum(axis=2).astype(np.float64)
        return by_regression(SetDisclosure, setting, *signals)
