"""The decision on every row, and how probable every label is said to be."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import BareDecisions, DecisionRule, Exhibit, Predictions, Scores
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class PredictionsMaker(Maker):
    """The decision on every row, and how probable every label is said to be."""

    makes: ClassVar[type[Exhibit]] = Predictions
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Predictions | NotMeasurable:
        del members
        scores, rule = ask(Scores), ask(DecisionRule)
        if isinstance(rule, NotMeasurable):
            return rule
        if isinstance(scores, NotMeasurable):
            bare = ask(BareDecisions)
            return bare if isinstance(bare, NotMeasurable) else Predictions(scores, bare.decisions)
        logs = scores.log_probabilities
        decisions = rule.decided(logs, scores.margins, setting.dataset.favourable)
        return Predictions(logs, decisions, rule.in_draws, scores.refits)
