"""Concealed reliance: how often a stand-in of the group matters most to a model and does not lead its explanation."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Explanations, Reliance
from interplay.metrics._mean import averaged, known
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._reliance import named_and_relied


@dataclass(frozen=True)
class ConcealedReliance(Metric):
    """How often a stand-in of the group matters most to a model and does not lead its explanation.

    concealed_reliance = share of explained rows on which the feature with the largest effect is a stand-in of the group
    and the feature with the largest absolute importance is none

    Effects and stand-ins as in hidden_reliance. Between 0 and 1; lower is better. Rows whose explanation has no
    importance are left out.

    Reference: Lakkaraju and Bastani (2020), "How do I fool you?"; the measure is our own.

    Example:
        >>> from interplay.evidence import tabulated
        >>> zero = np.zeros((1, 1))
        >>> shown = Explanations(np.array([0]), np.array([[[0.1, 0.3]]]), zero, zero, zero, zero)
        >>> relied = Reliance(np.array([0]), np.array([[[0.5, 0.3]]]), *2 * [np.array([True, False])])
        >>> ConcealedReliance().measure(tabulated(labels=[1], exhibits=(shown, relied))).mean
        1.0

    Does not show: an intent. A wide local model may name another column although nobody hides anything.
    """

    aspect: ClassVar[Aspect] = Aspect.FAIRNESS
    title: ClassVar[str] = "concealed reliance on stand-ins"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.1
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Explanations,
        Reliance,
    )
    reference: ClassVar[str] = "Lakkaraju and Bastani, 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = named_and_relied(evidence)
        if isinstance(found, NotMeasurable):
            return found
        named, relied, reliance = found
        leads, matters = (reliance.stand_ins[sizes.argmax(axis=2)] for sizes in (named, relied))
        values = np.where(named.any(axis=2), (matters & ~leads).astype(np.float64), np.nan)
        return averaged(evidence, known(values, reliance.rows))
