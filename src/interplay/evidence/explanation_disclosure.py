"""What explanations tell about membership to those who see no score."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.explanation_signals import ExplanationSignals
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class ExplanationDisclosure(Disclosure):
    """A membership attack that sees the decision on a row and its explanation."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (
        Predictions,
        ExplanationSignals,
    )
