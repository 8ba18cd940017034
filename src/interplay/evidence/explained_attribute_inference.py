"""Whether explanations tell a person's group to someone who knows the other columns and the score."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._exhibit import Exhibit
from interplay.evidence._group_guesses import GroupGuesses
from interplay.evidence.explanations import Explanations
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class ExplainedAttributeInference(GroupGuesses):
    """What is gained by seeing the score and its explanation."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores, Explanations)
