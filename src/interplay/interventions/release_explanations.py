"""Releasing explanations: a local linear explanation goes out with every decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from interplay.aspects import Aspect
from interplay.interventions._advice import Proposal
from interplay.interventions._explanation import ExplanationIntervention
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service

if TYPE_CHECKING:
    import numpy as np

    from interplay.explainers.outputs import Outputs, Points
    from interplay.explainers.surrogates import Surrogates


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
    proposal: ClassVar[Proposal | None] = Proposal(
        "Explanations given out with each decision.",
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"samples": Range(1), "features": Range(1), "explained_rows": Range(1)}
    )

    features: int = 10

    def surrogates(self, outputs: Outputs, own: Points, pool: Points, random: np.random.Generator) -> Surrogates:
        del random
        from interplay.explainers.lime import explain

        return explain(own.bins, pool.bins, outputs.values(pool), self.features, None, outputs.values(own))
