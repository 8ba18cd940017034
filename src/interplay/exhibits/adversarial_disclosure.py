"""What scores of adversarial rows tell about membership to those who see scores too."""

from typing import ClassVar

import numpy as np
from scipy.special import log_softmax

from interplay.attacks import lira
from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialDisclosure, Exhibit, Scores
from interplay.exhibits._disclosing import by_ratio, log_odds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class AdversarialDisclosureMaker(Maker):
    """What scores of adversarial rows tell about membership to those who see scores too.

    Every member is attacked itself, the one under attack as well as those that serve as its shadows.
    """

    makes: ClassVar[type[Exhibit]] = AdversarialDisclosure

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AdversarialDisclosure | NotMeasurable:
        if not setting.is_movable:
            return UNMOVED
        scores, adversary = ask(Scores), members.adversary(setting.attack)
        if isinstance(scores, NotMeasurable):
            return scores
        if isinstance(adversary, NotMeasurable):
            return adversary
        rows, labels = setting.disclosed, setting.dataset.labels[setting.disclosed]
        worst = adversary.worst(setting.encoded.matrix[rows], labels, purpose="membership through adversarial rows")
        moved = lira.signal(np.asarray(log_softmax(worst.astype(np.float64), axis=2)), labels)
        return by_ratio(AdversarialDisclosure, setting, log_odds(scores, setting), moved)
