"""Releasing explanations: a local linear explanation goes out with every decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.evidence import Explanations
from interplay.interventions._intervention import Range, ReleaseIntervention, Service


@dataclass(frozen=True)
class ReleaseExplanations(ReleaseIntervention):
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
    releases: ClassVar[type] = Explanations
    reference: ClassVar[str] = "Ribeiro et al., 2016"
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType(
        {"samples": Range(1), "features": Range(1), "explained_rows": Range(1)}
    )

    samples: int = 5000
    features: int = 10
    explained_rows: int = 200
