"""Hidden reliance: how much more models rely on stand-ins of the group than their explanations name them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Reliance
from interplay.metrics._mean import averaged, known
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._reliance import named_and_relied, shares


@dataclass(frozen=True)
class HiddenReliance(Metric):
    """How much more models rely on stand-ins of the group than their explanations name them.

    hidden_reliance = mean over explained rows of [share of the stand-ins in the effects of all features - share of the
    stand-ins in the absolute importances of the explanation]

    The effect of a feature is the mean change of the score where it is replaced by values of other rows; stand-ins are
    the three features that say most of the group which fairness interventions act on, its own column included. Between
    -1 and 1; lower is better; below 0 explanations name them more than models use them. Rows whose explanation has no
    importance are left out.

    Reference: Wan et al. (2023), on in-processing and the influence of columns; the measure is our own.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero = np.zeros((1, 1))
        >>> shown = Explanations(np.array([0]), np.array([[[0.1, 0.3]]]), zero, zero, zero, zero)
        >>> relied = Reliance(np.array([0]), np.array([[[0.3, 0.3]]]), *2 * [np.array([True, False])])
        >>> HiddenReliance().measure(tabulated(labels=[1], exhibits=(shown, relied))).mean
        0.25

    Does not show: reliance through columns that say little of the group one by one and much together.
    """

    aspect: ClassVar[Aspect] = Aspect.EXPLAINABILITY
    title: ClassVar[str] = "hidden reliance on stand-ins"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of importance"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.05
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Reliance,
    )
    reference: ClassVar[str] = "Wan et al., 2023"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = named_and_relied(evidence)
        if isinstance(found, NotMeasurable):
            return found
        named, relied, reliance = found
        first, second = (shares(sizes)[:, :, reliance.stand_ins].sum(axis=2) for sizes in (relied, named))
        return averaged(evidence, known(np.asarray(first - second), reliance.rows))
