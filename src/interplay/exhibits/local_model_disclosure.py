"""What explanations tell about membership to those who see scores too."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplanationSignals, LocalModelDisclosure, Scores
from interplay.exhibits._disclosing import by_ratio, log_odds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class LocalModelDisclosureMaker(Maker):
    """What explanations tell about membership to those who see scores too."""

    makes: ClassVar[type[Exhibit]] = LocalModelDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> LocalModelDisclosure | NotMeasurable:
        del members
        scores, explained = ask(Scores), ask(ExplanationSignals)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(explained, NotMeasurable):
            return explained
        signals = log_odds(scores, setting), explained.with_scores
        return by_ratio(LocalModelDisclosure, setting, *signals)
