"""What members say of rows moved by the evaluation attack."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import AdversarialScores, Exhibit
from interplay.exhibits._attacking import attacked, cuts_of
from interplay.exhibits._exact import exact_check
from interplay.exhibits._maker import Maker
from interplay.exhibits._masking import masking_checks, with_search
from interplay.exhibits._setting import UNMOVED, EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class AdversarialScoresMaker(Maker):
    """What members say of rows moved by the evaluation attack, with a search without gradients where that finds more."""

    makes: ClassVar[type[Exhibit]] = AdversarialScores

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AdversarialScores | NotMeasurable:
        if not setting.is_movable:
            return UNMOVED
        rows, cuts = setting.attacked, cuts_of(ask, setting)
        if isinstance(cuts, NotMeasurable):
            return cuts
        logs = attacked(members, setting, rows, cuts, "evaluation attack")
        if isinstance(logs, NotMeasurable):
            return logs
        if not members.has_gradients:  # what follows none cannot be misled by them
            exact = exact_check(setting, members, logs) if cuts is None else None
            return AdversarialScores(rows, logs, setting.margins(logs), exact=exact)
        checks = masking_checks(setting, members, logs if cuts is None else None)
        if checks.reason:
            return NotMeasurable(checks.reason)
        if checks.masked and cuts is None:
            logs = with_search(setting, members, logs)
        return AdversarialScores(rows, logs, setting.margins(logs), checks)
