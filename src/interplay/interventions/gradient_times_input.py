"""Releasing gradient times input: what the slope of the score at a row says of each feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from interplay.aspects import Aspect
from interplay.interventions._explanation import AttributionIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service

if TYPE_CHECKING:
    import numpy as np

    from interplay.explainers.outputs import Outputs, Points
    from interplay.explainers.surrogates import Surrogates


@dataclass(frozen=True)
class GradientTimesInput(AttributionIntervention):
    """Release the gradient of the favourable score, times how far the row lies from the average row, with each decision.

    importance(j) = sum over the columns of feature j of (x - average row) * d score / d column at x

    The average row is the mean of `samples` perturbed rows. Importances do not add up to the score.

    Reference: Shrikumar et al. (2017), section 2.

    Example:
        >>> GradientTimesInput().complete
        False

    Does not show: anything away from the row. Near a score of 0 or 1 gradients are small, whatever decides there, and
    where scores are steep the line does not describe even a linear model: its fidelity is then not measured. Kinds of
    models without gradients have no such explanations.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.EXPLAINABILITY,)
    title: ClassVar[str] = "gradients times inputs"
    serves: ClassVar[tuple[Service, ...]] = (Service("explanation_fidelity", "absent"),)
    reference: ClassVar[str] = "Shrikumar et al., 2017"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"samples": Range(1), "explained_rows": Range(1)})
    needs_gradients: ClassVar[bool] = True
    complete: ClassVar[bool] = False

    def evaluations(self, features: int) -> int:
        del features
        return 3

    def surrogates(self, outputs: Outputs, own: Points, pool: Points, random: np.random.Generator) -> Surrogates:
        del random
        from interplay.explainers.gradients import gradient_times_input

        return gradient_times_input(outputs, own, pool.columns.mean(axis=0))
