"""Releasing explanations: a local linear explanation goes out with every decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from interplay.aspects import Aspect
from interplay.interventions._explanation import ExplanationIntervention
from interplay.interventions._intervention import Range, Service

if TYPE_CHECKING:
    from interplay.arrays import Array
    from interplay.explainers.evaluated import Explained, LocalModels, ScoredRows


@dataclass(frozen=True)
class ReleaseExplanations(ExplanationIntervention):
    """Release a local linear explanation (LIME) of the favourable score with each decision.

    argmin over sparse linear g of sum over perturbed rows z of kernel(x, z) * (score(z) - g(z)) ** 2 + ridge

    `samples` perturbed rows are drawn once per member and shared by all explained rows; the `features` with the largest
    weights are kept and refitted.

    Reference: Ribeiro et al. (2016); Cresswell (2025), section 2.4.

    Example:
        >>> ReleaseExplanations().features
        10

    Does not show: how the model behaves; `explanation_fidelity` says how well the explanation follows it.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.EXPLAINABILITY,)
    title: ClassVar[str] = "released explanations"
    serves: ClassVar[tuple[Service, ...]] = (Service("explanation_fidelity", "absent"),)
    reference: ClassVar[str] = "Ribeiro et al., 2016"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"samples": Range(1), "features": Range(1), "explained_rows": Range(1)}
    )

    def explain(self, own: ScoredRows, first: ScoredRows, second: ScoredRows, fresh: ScoredRows) -> Sequence[Explained]:
        from interplay.explainers.evaluated import explained

        return explained(own, first, second, fresh, self.features)

    def local_models(self, own: ScoredRows, pool: ScoredRows) -> LocalModels:
        from interplay.explainers.evaluated import LocalModels
        from interplay.explainers.lime import explain

        found = explain(own.bins, pool.bins, pool.chances, self.features, None, own.chances)
        return LocalModels(found.intercepts, found.coefficients)

    def fidelity_of(
        self, own: ScoredRows, pool: ScoredRows, fresh: ScoredRows, target: Callable[[Array], Array]
    ) -> tuple[Array, Array]:
        from interplay.explainers.evaluated import fidelity_of

        return fidelity_of(own, pool, fresh, target, self.features)
