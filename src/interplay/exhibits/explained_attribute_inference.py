"""Whether explanations tell a person's group to someone who knows the other columns and the score."""

from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplainedAttributeInference, Explanations, Scores
from interplay.exhibits._inferring import gains
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ExplainedAttributeInferenceMaker(Maker):
    """Whether explanations tell a person's group to someone who knows the other columns and the score."""

    makes: ClassVar[type[Exhibit]] = ExplainedAttributeInference
    looks_at_members: ClassVar[bool] = False

    def make(
        self, members: Members, ask: Ask, setting: EvaluationSetting
    ) -> ExplainedAttributeInference | NotMeasurable:
        del members
        scores, explanations = ask(Scores), ask(Explanations)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(explanations, NotMeasurable):
            return explanations
        rows = explanations.rows
        signals = np.concatenate([scores.margins[:, rows, None], explanations.importances], axis=2)
        found = gains(setting, rows, signals)
        return found if isinstance(found, NotMeasurable) else ExplainedAttributeInference(rows, found)
