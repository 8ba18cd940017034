"""Who comes after the most exposed rows, by the ranking of the study."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, NextLayer
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask

UNRANKED = NotMeasurable(
    "the study takes out no exposed rows; list the diagnostics removed_exposed and removed_random, and rows are ranked"
)


class NextLayerMaker(Maker):
    """Who comes after the most exposed rows, by the ranking of the study."""

    makes: ClassVar[type[Exhibit]] = NextLayer
    looks_at_members: ClassVar[bool] = False

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> NextLayer | NotMeasurable:
        del members, ask
        design, removal = setting.design, setting.design.factors.removal
        if removal is None or design.ranks is None:
            return UNRANKED
        return NextLayer(design.pool[removal.in_next_layer(design.ranks)])
