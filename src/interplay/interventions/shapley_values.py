"""Releasing Shapley values: what each feature adds to the score, on average over orders in which features become known."""

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
class ShapleyValues(AttributionIntervention):
    """Release sampled Shapley values (SHAP) of the favourable score with each decision.

    importance(j) = mean over orders of score(j and all before it from the row) - score(all before it from the row)

    Features that are not yet known have the values of a perturbed row. `orders` random orders, each with the opposite
    one, have a perturbed row of their own. Importances and the mean score of all perturbed rows add up to the score (efficiency):
    whoever sees them knows the score. All features are in the explanation.

    Reference: Shapley (1953); Strumbelj and Kononenko (2014), Algorithm 1; Lundberg and Lee (2017), Eq. 4.

    Example:
        >>> ShapleyValues().orders
        16

    Does not show: a causal effect. More orders make it steadier; `explanation_stability` says how steady it is.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.EXPLAINABILITY,)
    title: ClassVar[str] = "Shapley values"
    serves: ClassVar[tuple[Service, ...]] = (Service("explanation_fidelity", "absent"),)
    reference: ClassVar[str] = "Lundberg and Lee, 2017"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"samples": Range(1), "explained_rows": Range(1), "orders": Range(1)}
    )

    orders: int = 16

    def evaluations(self, features: int) -> int:
        return 2 * self.orders * (features + 1)

    def surrogates(self, outputs: Outputs, own: Points, pool: Points, random: np.random.Generator) -> Surrogates:
        from interplay.explainers.shapley import shapley_values

        return shapley_values(outputs, own, pool, self.orders, random)
