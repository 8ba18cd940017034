"""The share of training rows found by an attacker who may accuse few others, whatever the attacker sees."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Disclosure, Evidence
from interplay.metrics._metric import Direction, Metric
from interplay.metrics._roc import exposure_sample


@dataclass(frozen=True)
class Exposure(Metric):
    """The true-positive rate of an attack on what is disclosed, at a small false-positive rate; `disclosure` is that attack."""

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of training rows"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    tolerance: ClassVar[float] = 0.01
    disclosure: ClassVar[type[Disclosure]]

    false_positive_rate: float = 0.01

    @property
    def key(self) -> str:
        default = type(self).false_positive_rate
        return self.name if self.false_positive_rate == default else f"{self.name}/{self.false_positive_rate:g}"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        found = evidence.ask(self.disclosure)
        if isinstance(found, NotMeasurable):
            return found
        return exposure_sample(evidence, found.scores, found, self.false_positive_rate)
