"""What the scores of an ordinary model and of a treatment tell about membership together."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, PairDisclosure, RetrainedControl, Scores
from interplay.exhibits._disclosing import by_ratio, log_odds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class PairDisclosureMaker(Maker):
    """What the scores of an ordinary model and of a treatment tell about membership together."""

    makes: ClassVar[type[Exhibit]] = PairDisclosure
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> PairDisclosure | NotMeasurable:
        del members
        ordinary, scores = ask(RetrainedControl), ask(Scores)
        if isinstance(ordinary, NotMeasurable):
            return ordinary
        if isinstance(scores, NotMeasurable):
            return scores
        return by_ratio(PairDisclosure, setting, log_odds(ordinary, setting), log_odds(scores, setting))
