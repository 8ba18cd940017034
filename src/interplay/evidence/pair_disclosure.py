"""What the scores of two models tell about membership: those of an ordinary model, and those of a treatment."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._disclosure import Disclosure
from interplay.evidence._exhibit import Exhibit
from interplay.evidence.retrained_control import RetrainedControl
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class PairDisclosure(Disclosure):
    """A membership attack that sees the scores of a row by an ordinary model and by the treated one: that with a shrunken gap.

    The two share their training rows and no random number.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (RetrainedControl, Scores)
