"""Distances to the decision boundary on a part of the attacked rows."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, DecisionRule, Distances, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import LARGEST_DISTANCE, Members
from interplay.interventions import Ask


class DistancesMaker(Maker):
    """Distances to the decision boundary on a part of the attacked rows, where the attack that looks for it can be used."""

    makes: ClassVar[type[Exhibit]] = Distances
    needs_probabilities: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Distances | NotMeasurable:
        if not setting.is_movable:
            return UNMOVED
        rule, moved, rows = ask(DecisionRule), ask(AdversarialScores), setting.near
        if isinstance(rule, NotMeasurable):
            return rule
        if setting.family.decides_only:
            watched = members.decision_adversary(setting.attack)
            if isinstance(watched, NotMeasurable):
                return watched
            return Distances(rows, watched.distances(setting.encoded.matrix[rows]), LARGEST_DISTANCE)
        if isinstance(moved, NotMeasurable):
            return moved
        if moved.checks is not None and moved.checks.masked:
            return NotMeasurable(
                f"gradients are masked{moved.checks.where_flat}, and distances are looked for along them"
            )
        cuts = None if rule.cuts is None else rule.cuts[:, rows]
        adversary = members.adversary(setting.attack)
        if isinstance(adversary, NotMeasurable):
            return adversary
        found = adversary.distances(setting.encoded.matrix[rows], cuts)
        return Distances(rows, found, LARGEST_DISTANCE)
