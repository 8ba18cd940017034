"""Fidelity disparity: the largest difference between groups in how well explanations hold near the explained row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Evidence, Exhibit, Explanations
from interplay.metrics._fidelity import shares_by_group
from interplay.metrics._metric import Direction, DisparityMetric, Rate


@dataclass(frozen=True)
class FidelityDisparity(DisparityMetric):
    """The largest difference between groups in how well explanations hold, as a share of what they do for a linear model.

    fidelity_disparity = max over groups a, b of [fidelity(a) - fidelity(b)],
    fidelity(group) = mean over its explained rows of [R2 of the explanation on fresh points around the row] / mean over the
    same rows of [the same R2 for a linear model of the same scale] (explanation_fidelity of the group)

    `grouping` names the sensitive attribute. At least 0; lower is better; 0 means that explanations describe the model
    equally well for all groups, and is what a logistic regression has. Rows around which the score varies by less than
    half a percentage point have no R2 and are left out for that member.

    Reference: Balagopalan et al. (2022), "The road to explainability is paved with bias"; Cresswell (2025), section
    3.3.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, some, line = np.zeros((1, 2)), np.array([[0.4, 0.1]]), np.array([[0.5, 0.4]])
        >>> shown = Explanations(np.array([0, 1]), np.zeros((1, 2, 3)), some, line, zero, zero)
        >>> evidence = tabulated(labels=[1, 0], groups=[0, 1], exhibits=(shown,))
        >>> round(FidelityDisparity("group").measure(evidence).mean, 3)
        0.55

    Does not show: whether people of a group rely on explanations that do not hold, nor a gap that the explainer makes by
    itself: where its bins serve a group badly, they do so for the linear model too. R2 has no lower bound, so a few rows
    may decide a small group. The maximum over groups is biased upward, so tests use the signed contrasts.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "fidelity disparity"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of a linear model's R2"
    bounds: ClassVar[tuple[float, float]] = (0.0, float("inf"))
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Explanations,)
    reference: ClassVar[str] = "Balagopalan et al., 2022"

    def rates(self, evidence: Evidence) -> Mapping[str, Rate] | NotMeasurable:
        explanations = evidence.ask(Explanations)
        if isinstance(explanations, NotMeasurable):
            return explanations
        rate = shares_by_group(evidence, self.grouping, explanations)
        return rate if isinstance(rate, NotMeasurable) else {"fidelity": rate}
