"""Decisions under the evaluation attack."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Attacked, AttackedDecisions, DecisionRule, Exhibit
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import ATTACK_STEPS, Members
from interplay.interventions import Ask


class AttackedMaker(Maker):
    """Decisions under the evaluation attack."""

    makes: ClassVar[type[Exhibit]] = Attacked
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> Attacked | NotMeasurable:
        del members
        moved, rule = ask(AdversarialScores), ask(DecisionRule)
        if isinstance(rule, NotMeasurable):
            return rule
        if isinstance(moved, NotMeasurable):
            bare = ask(AttackedDecisions) if setting.family.decides_only else moved
            if isinstance(bare, NotMeasurable):
                return bare
            return Attacked(bare.rows, bare.decisions, moved, setting.attack.radius, ATTACK_STEPS)
        rows, logs = moved.rows, moved.log_probabilities
        decisions = rule.decided(logs, moved.margins, setting.dataset.favourable, rows)
        in_draws = None if rule.in_draws is None else rule.in_draws.moved(rows, moved.margins)
        return Attacked(rows, decisions, logs, setting.attack.radius, ATTACK_STEPS, in_draws)
