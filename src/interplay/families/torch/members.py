"""The trained modules of one treatment, behind what is asked of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.estimates import NotMeasurable
from interplay.families._family import NO_ACTIVATIONS, NOT_EXACT, Adversary, AttackSetting
from interplay.families._pytorch import single_thread
from interplay.families.estimator.members import EstimatorMembers
from interplay.families.torch.adversary import AutogradAdversary
from interplay.families.torch.trained import TrainedModule, class_scores, last_hidden
from interplay.models.optional import needed


@dataclass(frozen=True, eq=False)
class TorchMembers(EstimatorMembers):
    """Modules of one treatment, or the same member of several, with refitted scores and their gradients."""

    @property
    def has_gradients(self) -> bool:
        return True

    def pulled_back(
        self, inputs: Float[Array, "row column"], slopes: Float[Array, "member row label"]
    ) -> Float[Array, "member row column"]:
        torch = needed("torch", "torch")

        def along(weights: Float[Array, "row label"]) -> Callable[[Any], Any]:
            fixed = torch.tensor(weights, dtype=torch.float32)
            return lambda scores: (fixed * scores.log_softmax(dim=1)).sum(dim=1)

        return np.stack([self.sloped(member, inputs, along(each))[1] for member, each in enumerate(slopes)])

    def activations(self, inputs: Float[Array, "row column"]) -> Float[Array, "member row unit"] | NotMeasurable:
        units = []
        for member in range(len(self)):
            own = last_hidden(self._module(member), inputs)
            if own is None:
                return NO_ACTIVATIONS
            units.append(own)
        return np.stack(units)

    def adversary(self, setting: AttackSetting) -> Adversary:
        return AutogradAdversary(self, setting)

    def exact(
        self, setting: AttackSetting, inputs: Float[Array, "row column"], labels: Int[Array, " row"]
    ) -> Float[Array, " row"] | NotMeasurable:
        del setting, inputs, labels
        return NOT_EXACT

    def sloped(
        self, member: int, inputs: Float[Array, "row column"], of: Callable[[Any], Any]
    ) -> tuple[Float[Array, " row"], Float[Array, "row column"]]:
        """A number for every row that is made `of` the refitted class scores of one member, and its gradient."""
        torch, trained = needed("torch", "torch"), self._module(member)
        rows = torch.tensor(np.ascontiguousarray(inputs, dtype=np.float32), requires_grad=True)
        intercepts = torch.tensor(self.intercepts[member], dtype=torch.float32)
        with single_thread():
            scores = class_scores(trained.module, rows, trained.classes)
            values = of(float(self.scale[member]) * scores + intercepts)
            (slope,) = torch.autograd.grad(values.sum(), rows)
        return values.detach().numpy().astype(np.float64), slope.numpy()

    def _module(self, member: int) -> TrainedModule:
        model = self.model(member)
        assert isinstance(model, TrainedModule)
        return model
