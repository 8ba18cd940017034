"""What prediction sets tell about membership."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.prediction_sets import PredictionSets
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class SetDisclosure(Disclosure):
    """A membership attack that sees the decision on a row and its prediction set."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (
        Predictions,
        PredictionSets,
    )
