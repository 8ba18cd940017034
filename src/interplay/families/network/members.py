"""The trained networks of one treatment, behind what is asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from interplay.arrays import Array, Float
from interplay.engine import jax
from interplay.estimates import NotMeasurable
from interplay.families._family import NO_ACTIVATIONS, AttackSetting, Members
from interplay.families.network.adversary import GradientAdversary
from interplay.families.network.fleet import activations, pulled_back, scores
from interplay.models.network import Parameters
from interplay.models.rescaled import Rescaled


@dataclass(frozen=True, eq=False)
class NetworkMembers(Members):
    """A stack of networks: `parameters` with the members on a leading axis, their scores refitted."""

    network: Rescaled
    parameters: Parameters

    def __len__(self) -> int:
        return len(jax.tree.leaves(self.parameters)[0])

    def log_probabilities(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row label"]:
        return np.asarray(log_softmax(scores(self.network, self.parameters, inputs), axis=2))

    @property
    def has_gradients(self) -> bool:
        return True

    def pulled_back(
        self, inputs: Float[Array, "row column"], slopes: Float[Array, "member row label"]
    ) -> Float[Array, "member row column"]:
        return pulled_back(self.network, self.parameters, inputs, slopes)

    def activations(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row unit"] | NotMeasurable:
        if not self.network.tells_activations:
            return NO_ACTIVATIONS
        return activations(self.network, self.parameters, inputs)

    def beside(self, stacks: Sequence[Members], member: int) -> Members:
        leaves = [one.parameters for one in stacks if isinstance(one, NetworkMembers)]
        same = jax.tree.map(lambda *all_of: np.stack([leaf[member] for leaf in all_of]), *leaves)
        return NetworkMembers(self.network, same)

    def adversary(self, setting: AttackSetting) -> GradientAdversary:
        return GradientAdversary(self.network, self.parameters, len(self), setting)
