"""Which rows withstand every single change of one categorical column."""

from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import CategoryFlips, DecisionRule, Exhibit, SwitchedOdds
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNSWITCHED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class CategoryFlipsMaker(Maker):
    """Which rows withstand every single change of one categorical column."""

    makes: ClassVar[type[Exhibit]] = CategoryFlips
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> CategoryFlips | NotMeasurable:
        if setting.attack.switches is None:
            return UNSWITCHED
        rule, rows, dataset = ask(DecisionRule), setting.attacked, setting.dataset
        if isinstance(rule, NotMeasurable):
            return rule
        labels = dataset.labels[rows]
        if setting.family.decides_only:
            watched = members.decision_adversary(setting.attack)
            if isinstance(watched, NotMeasurable):
                return watched
            return CategoryFlips(rows, watched.withstood(setting.encoded.matrix[rows], labels))
        if len(dataset.classes) != 2:
            cuts = None if rule.cuts is None else rule.cuts[:, rows]
            adversary = members.adversary(setting.attack)
            if isinstance(adversary, NotMeasurable):
                return adversary
            return CategoryFlips(rows, adversary.withstood(setting.encoded.matrix[rows], labels, cuts))
        odds = ask(SwitchedOdds)
        if isinstance(odds, NotMeasurable):
            return odds
        entitled = labels == dataset.favourable
        margins = np.where(entitled, odds.odds, -odds.odds)
        in_draws = None if rule.in_draws is None else rule.in_draws.moved(rows, margins)
        if rule.cuts is not None:
            favoured = np.asarray(margins >= rule.cuts[:, rows])
        else:  # a tie is decided for label 0, as the most likely label is
            favoured = np.asarray(margins > 0 if dataset.favourable != 0 else margins >= 0)
        return CategoryFlips(rows, favoured == entitled, in_draws)
