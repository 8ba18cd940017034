"""What explanations tell about membership to those who see no score."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.local_residuals import LocalResiduals
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class ExplanationDisclosure(Disclosure):
    """A membership attack that sees the decision on a row, and how far its score lies from the local model that explains it."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (
        Predictions,
        LocalResiduals,
    )
