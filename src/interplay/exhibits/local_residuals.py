"""How far scores lie from the local models that explain them, with one pool of perturbed rows for all models."""

from collections.abc import Sequence
from typing import ClassVar

from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit, LocalResiduals
from interplay.exhibits._explaining import UNRELEASED, SharedPool, released_explanations
from interplay.exhibits._maker import Maker
from interplay.exhibits._setting import EvaluationSetting
from interplay.families import Members
from interplay.interventions import Ask


class LocalResidualsMaker(Maker):
    """How far scores lie from the local models that explain them, with one pool of perturbed rows for all models."""

    makes: ClassVar[type[Exhibit]] = LocalResiduals

    def make(self, members: Members, ask: Ask, setting: EvaluationSetting) -> LocalResiduals | NotMeasurable:
        del ask
        return self.make_together([members], setting)[0]

    def make_together(
        self, stacks: Sequence[Members], setting: EvaluationSetting
    ) -> Sequence[LocalResiduals | NotMeasurable]:
        release = released_explanations(setting)
        if release is None:
            return [UNRELEASED] * len(stacks)
        shared, rows = SharedPool(setting, stacks, release), setting.disclosed
        own = shared.scored(shared.around.bins(rows), setting.encoded.matrix[rows])
        residuals = own.chances - shared.local_models(own).values
        return [LocalResiduals(rows, part) for part in shared.by_stack(residuals)]
