"""In-processing: a penalty beside the loss of a batch."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interplay.interventions._intervention import Intervention

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.engine import jax


@dataclass(frozen=True)
class LossIntervention(Intervention):
    """In-processing: a penalty on a batch, added to the loss; those of several add up."""

    @abc.abstractmethod
    def penalty(
        self, logits: jax.Array, favourable: int, groups: jax.Array, weights: jax.Array, *, group_count: int
    ) -> jax.Array:
        """A scalar from the class scores of a batch; `weights` are zero for padding rows."""
