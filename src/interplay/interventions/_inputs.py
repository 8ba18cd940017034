"""In-processing: other inputs for the rows of a batch."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from interplay.interventions._intervention import Intervention

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.attacks.pgd import Threat
    from interplay.engine import jax
    from interplay.models.network import Network


@dataclass(frozen=True)
class InputIntervention(Intervention):
    """In-processing: perturbed inputs for a batch, from the current parameters.

    As it is, rows climb the model's loss, and a record's loss is the mean cross-entropy of its copies; an intervention
    with other ones overrides `objective` and `losses`. One model takes one: what a second one makes of rows that the
    first has moved is described by neither. One that does not ask the model (`asks_the_model` is False: neither `perturb`
    looks at the loss nor has it losses of its own) also acts on models that are trained by their own library.
    """

    asks_the_model: ClassVar[bool] = True

    @abc.abstractmethod
    def perturb(
        self, loss: Callable[[jax.Array], jax.Array], inputs: jax.Array, threat: Threat, key: jax.Array
    ) -> jax.Array:
        """The inputs to train on, (row, column) or several copies of each row (row, copy, column).

        `inputs` are the columns an attacker can move, and `loss(inputs)` is the `objective`, row by row. Each row's
        perturbation depends on that row only, so that clipping still bounds one person's influence.
        """

    def objective(
        self, scores: Callable[[jax.Array], jax.Array], inputs: jax.Array, labels: jax.Array, weights: jax.Array
    ) -> Callable[[jax.Array], jax.Array]:
        """What the rows climb: a number for each, as a function of its movable columns; grows with the model's loss.

        `scores` gives the current model's class scores (row, label) of movable columns like `inputs` (row, column);
        rows whose `weights` are zero are padding.
        """
        from interplay.attacks.margin import steepest

        return steepest(scores, inputs, labels, weights)

    def losses(self, scores: Sequence[jax.Array], labels: jax.Array) -> jax.Array:
        """The loss of every record, in nats, from the class scores (row, label) of each of its copies.

        Each record's loss depends on its own copies only. Where an intervention leaves this out, it is the mean
        cross-entropy of the copies, which networks compute faster.
        """
        raise NotImplementedError

    @property
    def has_own_losses(self) -> bool:
        """Whether a record's loss is another one than the mean cross-entropy of its copies."""
        return type(self).losses is not InputIntervention.losses

    @property
    def passes(self) -> float:
        return 30.0

    def expense(self, network: Network, columns: int, rows: int) -> str:
        del network, columns, rows
        return "moves every row in every step; how much that costs is not known here"

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, InputIntervention):
            return None
        return (
            f"{self.title} and {partner.title} both replace the rows of a batch, and rows moved twice lie outside the "
            "radius of either; take one of them out, or list one with alone = true, to compare both"
        )
