"""Driver importance: the share of an explanation that lies on the features which say most of the outcome."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Reliance
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._reliance import named_share


@dataclass(frozen=True)
class DriverImportance(Metric):
    """The share of an explanation's importance that lies on the drivers of the outcome.

    driver_importance = mean over explained rows of [sum over drivers of |importance| / sum over features of |importance|]

    Drivers are the three features whose bins have most information in common with the label on the pool, whatever a model
    makes of them; they are the same for all treatments. Between 0 and 1; higher is better. Rows whose explanation has no
    importance are left out.

    Reference: Caton and Haas (2024); Wan et al. (2023), on mitigation that moves importance; the measure is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, marks = np.zeros((1, 1)), np.array([True, False])
        >>> shown = Explanations(np.array([0]), np.array([[[0.1, -0.3]]]), zero, zero, zero, zero)
        >>> relied = Reliance(np.array([0]), np.array([[[0.3, 0.3]]]), marks, ~marks)
        >>> round(DriverImportance().measure(tabulated(labels=[1], exhibits=(shown, relied))).mean, 2)
        0.75

    Does not show: what causes the outcome. A feature may say much of the label by itself and nothing beside another one,
    and a driver may be a stand-in of the group, in which case less importance is what mitigation is for.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "importance of what drives the outcome"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "share of importance"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Reliance,
    )
    reference: ClassVar[str] = "Caton and Haas, 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return named_share(evidence, lambda reliance: reliance.drivers)
