"""What scores of adversarial rows tell about membership to those who see scores too."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class AdversarialDisclosure(Disclosure):
    """A membership attack that sees the score of a row, and that of the worst row which an attack finds around it."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)
