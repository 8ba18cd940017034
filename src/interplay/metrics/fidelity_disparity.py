"""Fidelity disparity: the largest difference between groups in how well explanations hold near the explained row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Explanations
from interplay.metrics._mean import known
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class FidelityDisparity(DisparityMetric):
    """The largest difference between groups in how well explanations hold near the explained row.

    fidelity_disparity = max over groups a, b of [mean fidelity(a) - mean fidelity(b)],
    fidelity = R2 of the explanation on fresh points around its row

    `grouping` names the sensitive attribute. In R2, at least 0; lower is better; 0 means that explanations describe the
    model equally well for all groups. Rows without an R2 (the score is constant around them) are left out.

    Reference: Balagopalan et al. (2022), "The road to explainability is paved with bias"; Cresswell (2025), section
    3.3.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> nothing = np.zeros((1, 2))
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), np.array([[0.75, 0.25]]), nothing, nothing)
        >>> evidence = tabulated(labels=[1, 0], groups=[0, 1], exhibits=(shown,))
        >>> FidelityDisparity("group").measure(evidence).mean
        0.5

    Does not show: whether people of a group rely on explanations that do not hold. R2 has no lower bound, so a few rows
    may decide a small group. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "fidelity disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "R2"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type, ...]] = (Explanations,)
    reference: ClassVar[str] = "Balagopalan et al., 2022"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        return {"fidelity": known(explanations.fidelity, explanations.rows)}
