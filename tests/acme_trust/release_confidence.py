"""Release how sure the model is, rounded to one digit."""

from dataclasses import dataclass
from typing import ClassVar

from acme_trust._confidence import Confidence, ReleasedConfidence
from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import Exhibit
from interplay.interventions import Ask, HeldOut, ReleaseIntervention, Service


@dataclass(frozen=True)
class ReleaseConfidence(ReleaseIntervention):
    """Release how sure the model is, rounded to one digit.

    shown = largest probability, rounded to one digit

    Reference: Guo et al., 2017.

    Example:
        >>> ReleaseConfidence().name
        'acme_trust/release_confidence'

    Does not show: what it costs.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.UNCERTAINTY,)
    title: ClassVar[str] = "released confidence"
    serves: ClassVar[tuple[Service, ...]] = (Service("acme_trust/shown_confidence", "absent"),)
    reference: ClassVar[str] = "Guo et al., 2017"
    releases: ClassVar[type[Exhibit]] = ReleasedConfidence

    digits: int = 1

    def release(self, ask: Ask, held_out: HeldOut) -> ReleasedConfidence | NotMeasurable:
        confidence = ask(Confidence)
        if isinstance(confidence, NotMeasurable):
            return confidence
        return ReleasedConfidence(confidence.largest.round(self.digits))
