"""What explanations tell about membership to those who see scores too."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.explanation_signals import ExplanationSignals
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class LocalModelDisclosure(Disclosure):
    """A membership attack that sees the score of a row and its explanation."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (
        Scores,
        ExplanationSignals,
    )
