"""How sure members are of their most likely class."""

from dataclasses import dataclass
from typing import ClassVar

from acme_trust._confidence import Confidence
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit
from interplay.metrics import Direction, Metric


@dataclass(frozen=True)
class MeanConfidence(Metric):
    """How sure members are of their most likely class.

    mean_confidence = mean over rows of largest, between 0 and 1; higher is better.

    Reference: Guo et al. (2017).

    Example:
        >>> MeanConfidence().key
        'acme_trust/mean_confidence'

    Does not show: whether members are right.
    """

    aspect: ClassVar[Aspect] = Aspect.UNCERTAINTY
    title: ClassVar[str] = "mean confidence of acme"
    direction: ClassVar[Direction] = "higher_is_better"
    unit: ClassVar[str] = "probability"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (Confidence,)
    reference: ClassVar[str] = "Guo et al., 2017"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(Confidence)
        if isinstance(found, NotMeasurable):
            return found
        means = evidence.mean(found.largest)
        return means if isinstance(means, NotMeasurable) else Sample(means, evidence.support())
