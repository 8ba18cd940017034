"""Members that give decisions and no probabilities, behind what can be asked of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.attacks.search import QUERIES
from interplay.families._family import NO_PROBABILITIES, AttackSetting, AttackWords, DecisionAdversary, Members
from interplay.families.estimator.decision_adversary import DecisionSearchAdversary
from interplay.families.estimator.frames import Places

BY_DECISIONS = AttackWords(
    "search by decisions alone, a weaker attack", ("decision search",), {"queries a row": QUERIES}
)
DECISIONS_ONLY = (
    "Decisions are all that is known of this model: nothing of it is read as a probability, and what needs probabilities is not "
    "measured. The attack sees decisions alone and is weaker than one that sees scores, so that robust accuracy and distances "
    "are upper bounds."
)


class Decider(Protocol):
    """One model that gives decisions."""

    def decisions(self, inputs: Float[Array, "row column"], places: Places | None = None) -> Int[Array, " row"]:
        """What it decides about encoded rows; `places` are the rows of the table they were before something moved them."""

    def places(self, inputs: Float[Array, "row column"]) -> Places:
        """Which rows of the table encoded rows are."""


@dataclass(frozen=True, eq=False)
class DecidingMembers(Members):
    """Models of one treatment that give decisions only, or the same member of several."""

    models: tuple[Decider, ...]

    def __len__(self) -> int:
        return len(self.models)

    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        raise NotImplementedError(NO_PROBABILITIES.reason)

    def decisions(self, inputs: Float[Array, "row column"]) -> Int[Array, "member row"]:
        places = self.models[0].places(inputs)
        return np.stack([model.decisions(inputs, places) for model in self.models])

    def beside(self, stacks: Sequence[Members], member: int) -> Members:
        return DecidingMembers(tuple(stack.models[member] for stack in stacks if isinstance(stack, DecidingMembers)))

    def decision_adversary(self, setting: AttackSetting) -> DecisionAdversary:
        return DecisionSearchAdversary(self.models, setting)
