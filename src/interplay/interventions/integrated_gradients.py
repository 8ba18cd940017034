"""Releasing integrated gradients: what each feature adds to the score on the way from the average row."""

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
class IntegratedGradients(AttributionIntervention):
    """Release the integrated gradients of the favourable score with each decision.

    importance(j) = sum over the columns of feature j of
        (x - average row) * integral over t from 0 to 1 of d score / d column at average + t * (x - average)

    with `steps` points of Gauss-Legendre quadrature. The average row is the mean of `samples` perturbed rows. Importances
    and the score of the average row add up to the score (completeness): whoever sees them knows the score.

    Reference: Sundararajan et al. (2017), Eq. 1.

    Example:
        >>> IntegratedGradients().needs_gradients
        True

    Does not show: how the model behaves around the row; `explanation_fidelity` says how far that follows from it. Kinds of
    models without gradients have no such explanations.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.EXPLAINABILITY,)
    title: ClassVar[str] = "integrated gradients"
    serves: ClassVar[tuple[Service, ...]] = (Service("explanation_fidelity", "absent"),)
    reference: ClassVar[str] = "Sundararajan et al., 2017"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"samples": Range(1), "explained_rows": Range(1), "steps": Range(1)}
    )
    needs_gradients: ClassVar[bool] = True

    steps: int = 32

    def evaluations(self, features: int) -> int:
        del features
        return 3 * self.steps

    def surrogates(self, outputs: Outputs, own: Points, pool: Points, random: np.random.Generator) -> Surrogates:
        del random
        from interplay.explainers.gradients import integrated_gradients

        return integrated_gradients(outputs, own, pool.columns.mean(axis=0), self.steps)
