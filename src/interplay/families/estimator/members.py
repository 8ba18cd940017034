"""The fitted estimators of one treatment, behind what is asked of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.families._family import Adversary, AttackSetting, RefittedMembers
from interplay.families.estimator.adversary import SearchAdversary
from interplay.families.estimator.exact import exact_excess
from interplay.families.estimator.frames import Places
from interplay.families.estimator.refittable import Refittable


@dataclass(frozen=True, eq=False)
class EstimatorMembers(RefittedMembers):
    """Estimators of one treatment, or the same member of several, with refitted scores."""

    def adversary(self, setting: AttackSetting) -> Adversary:
        return SearchAdversary(self, setting)

    def exact(
        self, setting: AttackSetting, inputs: Float[Array, "row column"], labels: Int[Array, " row"]
    ) -> Float[Array, " row"] | NotMeasurable:
        return exact_excess(self, setting, inputs, labels)

    def model(self, member: int) -> Refittable:
        """One member."""
        return self._models[member]

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """Which rows of the table encoded rows are."""
        return self._models[0].places(inputs)

    def scores_of(self, member: int, inputs: Float[Array, "row column"], places: Places) -> Float[Array, "row label"]:
        """The refitted class scores of one member on rows of the table that something has moved."""
        raw = self._models[member].scores(inputs, places)
        return np.asarray(self.scale[member] * raw + self.intercepts[member])

    @cached_property
    def _models(self) -> tuple[Refittable, ...]:
        """The members one by one."""
        return tuple(model for stack in self.stacks for model in stack)
