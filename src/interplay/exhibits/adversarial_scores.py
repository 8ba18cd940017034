"""What members say of rows moved by the evaluation attack."""

from typing import ClassVar

import numpy as np
from scipy.special import log_softmax

from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, DecisionRule, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._masking import masking_checks
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class AdversarialScoresMaker(Maker):
    """What members say of rows moved by the evaluation attack, where other attacks do not find more."""

    makes: ClassVar[type[Exhibit]] = AdversarialScores

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AdversarialScores | NotMeasurable:
        if not setting.is_movable:
            return UNMOVED
        rows, dataset, cuts = setting.attacked, setting.dataset, None
        if len(dataset.classes) != 2:  # with two labels an attack on the scores is one on the decision
            rule = ask(DecisionRule)
            if isinstance(rule, NotMeasurable):
                return rule
            cuts = None if rule.cuts is None else rule.cuts[:, rows]
        adversary = members.adversary(setting.attack)
        if isinstance(adversary, NotMeasurable):
            return adversary
        found = adversary.worst(setting.encoded.matrix[rows], dataset.labels[rows], cuts)
        logs = np.asarray(log_softmax(found.astype(np.float64), axis=2))
        if not members.has_gradients:  # what follows none cannot be misled by them
            return AdversarialScores(rows, logs, setting.margins(logs))
        checks = masking_checks(setting, members, logs if cuts is None else None)
        if checks.reason:
            return NotMeasurable(checks.reason)
        return AdversarialScores(rows, logs, setting.margins(logs), checks)
