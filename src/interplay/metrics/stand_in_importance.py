"""Stand-in importance: the share of an explanation that the stand-ins of the group have."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Reliance
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._reliance import named_share


@dataclass(frozen=True)
class StandInImportance(Metric):
    """The share of an explanation's importance that lies on stand-ins of the group.

    stand_in_importance = mean over explained rows of [sum over stand-ins of |importance| / sum over features of |importance|]

    Stand-ins are the three features that say most of the group which fairness interventions act on, its own column
    included. Between 0 and 1; lower is better. Rows whose explanation has no importance are left out.

    Reference: Caton and Haas (2024), on what resampling does to explanations; the measure is our own.

    Example:
        >>> import numpy as np
        >>> from interplay.evidence import tabulated
        >>> zero, marks = np.zeros((1, 1)), np.array([True, False])
        >>> shown = Explanations(np.array([0]), np.array([[[0.1, -0.3]]]), zero, zero, zero, zero)
        >>> relied = Reliance(np.array([0]), np.array([[[0.3, 0.3]]]), marks, ~marks)
        >>> round(StandInImportance().measure(tabulated(labels=[1], exhibits=(shown, relied))).mean, 2)
        0.25

    Does not show: whether the model uses them as much (`hidden_reliance` does), or wrongly: a stand-in may tell of the
    outcome as well.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "importance of stand-ins"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of importance"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Reliance,
    )
    reference: ClassVar[str] = "Caton and Haas, 2024"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return named_share(evidence, lambda reliance: reliance.stand_ins)
