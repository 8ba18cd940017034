"""What members say of calibration rows moved by the evaluation attack."""

from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import AttackedCalibration, Exhibit
from interplay.exhibits._attacking import attacked, cuts_of
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class AttackedCalibrationMaker(Maker):
    """What members say of calibration rows moved by the evaluation attack: the same attacker within the same radius."""

    makes: ClassVar[type[Exhibit]] = AttackedCalibration

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> AttackedCalibration | NotMeasurable:
        rows, cuts = setting.attacked_calibration, cuts_of(ask, setting)
        if isinstance(cuts, NotMeasurable):
            return cuts
        logs = attacked(members, setting, rows, cuts, "attack on calibration rows")
        return logs if isinstance(logs, NotMeasurable) else AttackedCalibration(rows, logs)
