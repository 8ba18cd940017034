"""What scores tell about membership, by the attack that further signals are added to."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ScoreDisclosure, Scores
from interplay.exhibits._disclosing import by_ratio, log_odds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ScoreDisclosureMaker(Maker):
    """What scores tell about membership, by the attack that further signals are added to."""

    makes: ClassVar[type[Exhibit]] = ScoreDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ScoreDisclosure | NotMeasurable:
        del members
        scores = ask(Scores)
        if isinstance(scores, NotMeasurable):
            return scores
        return by_ratio(ScoreDisclosure, setting, log_odds(scores, setting))
