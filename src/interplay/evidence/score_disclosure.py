"""What scores tell about membership, by the attack that further signals are added to."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class ScoreDisclosure(Disclosure):
    """A membership attack that sees the score of a row: the one with a shrunken gap."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores,)
