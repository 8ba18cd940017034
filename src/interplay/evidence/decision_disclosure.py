"""What decisions alone tell about membership."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class DecisionDisclosure(Disclosure):
    """A membership attack that sees whether the decision on a row is right, and nothing else."""

    needs_training: ClassVar[bool] = False
    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Predictions,)
