"""What an attacker on membership reads from explanations, with one pool of perturbed rows for all models."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, ExplanationSignals
from interplay.exhibits._explaining import pooled
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class ExplanationSignalsMaker(Maker):
    """What an attacker on membership reads from explanations, with one pool of perturbed rows for all models."""

    makes: ClassVar[type[Exhibit]] = ExplanationSignals

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> ExplanationSignals | NotMeasurable:
        del ask
        return self.make_together([members], setting)[0]

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[ExplanationSignals | NotMeasurable]:
        shared = pooled(setting, stacks)
        if isinstance(shared, NotMeasurable):
            return [shared] * len(stacks)
        rows = setting.disclosed
        own = shared.around.points(rows, setting.encoded)
        sides = np.where(setting.dataset.labels[rows] == setting.dataset.favourable, 1.0, -1.0)
        asked = shared.local_models(own), shared.scores.values(own), sides
        signals = shared.release.signals_alone(*asked), shared.release.signals_with_scores(*asked)
        parts = zip(*(shared.by_stack(some) for some in signals), strict=True)
        return [ExplanationSignals(rows, *part) for part in parts]
