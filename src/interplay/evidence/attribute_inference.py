"""Whether scores and decisions tell a person's group to someone who knows the other columns."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.evidence._exhibit import Exhibit
from interplay.evidence._group_guesses import GroupGuesses
from interplay.evidence.decision_rule import DecisionRule
from interplay.evidence.scores import Scores


@dataclass(frozen=True, eq=False)
class AttributeInference(GroupGuesses):
    """What is gained by seeing the score and the decision."""

    read_from: ClassVar[tuple[type[Exhibit], ...]] = (Scores, DecisionRule)
