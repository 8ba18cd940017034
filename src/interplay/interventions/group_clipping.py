"""DP-SGD with a larger clipping norm for the rows of small groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._advice import Mitigates
from interplay.interventions._data import TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import Service
from interplay.interventions.dp_sgd import DpSgd
from interplay.models.network import Examples, Network, Parameters


@dataclass(frozen=True)
class GroupClipping(DpSgd):
    """Train with DP-SGD whose clipping norm is larger for the rows of every group but the largest.

    parameters <- parameters - learning_rate * (sum over the batch of clip(gradient, norm(group of the row))
                  + noise_multiplier * max_grad_norm * factor * standard normal) / expected batch size

    norm(g) = max_grad_norm for the largest group, and max_grad_norm * factor for the others

    Clipping shortens the gradients of rows that are badly fitted, which are more often those of small groups. One row moves
    the sum by at most max_grad_norm * factor, so the noise is that much larger, and the budget is that of DP-SGD with the
    same `noise_multiplier`: whole for rows of small groups, while rows of the largest group spend less. A `factor` of 1 is
    DP-SGD. Rows whose group is missing have the norm of the largest one. The groups are those that the study mitigates for.
    Other parameters as in `dp_sgd`; list that with `alone = true` beside it to see what the norms change.

    Reference: Xu et al. (2021b), "Removing disparate impact on model accuracy in differentially private stochastic gradient
    descent", section 4, where the norms follow privately counted gradients and the noise the largest norm; here the factor
    is declared. Tran et al. (2021) and Esipova et al. (2023) on clipping as the cause.

    Example:
        >>> rows = TrainingRows(labels=np.array([1, 0, 1, 0]), groups=np.array([0, 0, 1, -1]), classes=2)
        >>> GroupClipping(factor=2.0).factors(rows).tolist()
        [1.0, 1.0, 2.0, 1.0]

    Does not show: any help where groups are alike to the model, nor where the larger noise costs more than it brings. Which
    group is the largest comes from exact rows and lies outside the budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.PRIVACY, Aspect.FAIRNESS)
    title: ClassVar[str] = "DP-SGD with norms by group"
    serves: ClassVar[tuple[Service, ...]] = (
        Service("membership_risk"),
        Service("accuracy_disparity", replaces=("dp_sgd",)),
    )
    reference: ClassVar[str] = "Xu et al., 2021b"
    mitigates: ClassVar[tuple[Mitigates, ...]] = (
        Mitigates("P->F", "a larger clipping norm for the rows of small groups", "Xu et al., 2021b"),
    )
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({**DpSgd.ranges, "factor": Range(1.0)})

    needs_groups: ClassVar[bool] = True

    factor: float = 2.0

    @property
    def sensitivity(self) -> float:
        return self.max_grad_norm * self.factor

    def factors(self, rows: TrainingRows) -> Float[Array, " row"]:
        known = rows.groups[rows.groups >= 0]
        largest = int(np.bincount(known).argmax()) if len(known) else -1
        others = (rows.groups >= 0) & (rows.groups != largest)
        return np.where(others, float(self.factor), 1.0)

    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        if examples.factors is None:
            return super().summed(network, parameters, examples)
        return network.clipped_sum(parameters, examples, self.max_grad_norm * examples.factors)[0]
