"""Whether scores and decisions tell a person's group to someone who knows the other columns."""

from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import AttributeInference, DecisionRule, Exhibit, Scores
from interplay.exhibits._inferring import gains
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting, some_places
from interplay.families import Members
from interplay.interventions import Ask

GUESSED_ROWS = 1_000


class AttributeInferenceMaker(Maker):
    """Whether scores and decisions tell a person's group to someone who knows the other columns."""

    makes: ClassVar[type[Exhibit]] = AttributeInference
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AttributeInference | NotMeasurable:
        del members
        scores, rule = ask(Scores), ask(DecisionRule)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(rule, NotMeasurable):
            return rule
        rows = setting.attacked[some_places(setting.attacked, GUESSED_ROWS)]
        logs, margins = scores.log_probabilities[:, rows], scores.margins[:, rows]
        decided = rule.decided(logs, margins, setting.dataset.favourable, rows) == setting.dataset.favourable
        found = gains(setting, rows, np.stack([margins, decided.astype(np.float64)], axis=2))
        return found if isinstance(found, NotMeasurable) else AttributeInference(rows, found)
