"""The trained models of one treatment, behind what is asked of them."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from interplay.arrays import Array, Float
from interplay.engine import jax
from interplay.models.network import Network, Parameters
from interplay.training.adversary import Adversary, AttackSetting
from interplay.training.fleet import scores


@dataclass(frozen=True, eq=False)
class Members:
    """A stack of models: `parameters` of a `network`, with the members on a leading axis."""

    network: Network
    parameters: Parameters

    def __len__(self) -> int:
        return len(jax.tree.leaves(self.parameters)[0])

    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        """The log-probabilities of encoded rows, in float64."""
        return np.asarray(log_softmax(scores(self.network, self.parameters, inputs), axis=2))

    def adversary(self, setting: AttackSetting) -> Adversary:
        """Who attacks them."""
        return Adversary(self.network, self.parameters, len(self), setting)


def same_member(stacks: list[Members], member: int) -> Members:
    """The same member of every stack, as a stack."""
    leaves = [one.parameters for one in stacks]
    return Members(
        stacks[0].network, jax.tree.map(lambda *all_of: np.stack([leaf[member] for leaf in all_of]), *leaves)
    )
