"""In-processing: how the losses of a batch become one gradient."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from interplay.arrays import Array, Float
from interplay.interventions._data import TrainingRows
from interplay.interventions._intervention import Intervention
from interplay.interventions._loss import LossIntervention

if TYPE_CHECKING:  # a description needs no engine: `interplay decide` answers without it
    from interplay.engine import jax
    from interplay.models.network import Examples, Network, Parameters

NORMS_ALONE = 1.4
"""Clipping without forming gradients, and the noise, against plain training; from 1.1 for dense to 2 for convolutions."""
FORMED = 10.0
"""What forming one number of a row's gradient costs against a multiply-add; measured between 5 and 50."""


@dataclass(frozen=True)
class GradientIntervention(Intervention):
    """In-processing: how the losses of a batch's rows become one gradient.

    Batches come in parts of a few rows: `summed` is asked for every part, the sums are added up, and `released` turns
    the total into what the optimiser sees. One model takes one, and no penalty beside it: a rule says what becomes of the
    losses of single rows, which leaves nothing for a second rule, and a penalty is not a sum over rows. A rule that treats
    rows differently says how by `factors`.
    """

    def factors(self, rows: TrainingRows) -> Float[Array, " row"] | None:
        """A number for every row that a member trains on, which `summed` sees as `examples.factors`; None for no number."""
        del rows
        return None

    @abc.abstractmethod
    def summed(self, network: Network, parameters: Parameters, examples: Examples) -> Parameters:
        """The sum of the rows' contributions; each depends on its own row only. The loop divides by the batch size."""

    def released(self, total: Parameters, key: jax.Array) -> Parameters:
        """The gradient of the batch from the sum over all of its rows."""
        del key
        return total

    @property
    def passes(self) -> float:
        return 2.0

    def expense(self, network: Network, columns: int, rows: int) -> str:
        if not network.forms_gradients:
            return f"norms of the rows' gradients without forming them, about {NORMS_ALONE} times plain training"
        times = NORMS_ALONE + FORMED * network.size / max(network.operations(columns), 1.0)
        held = 4 * network.size * rows
        at_once = f"{held / 1e9:,.1f} GB" if held >= 1e9 else f"{held / 1e6:,.1f} MB"
        return (
            f"forms one gradient per row ({network.size:,} parameters x {rows:,} rows = {at_once} at once), "
            f"about {times:.0f} times plain training"
        )

    def phase_refuses(self, partner: Intervention) -> str | None:
        if isinstance(partner, LossIntervention):
            return (
                f"{self.title} takes the gradient row by row, and {partner.title} couples the rows of a batch; take one "
                "of them out, or weigh the rows before training instead of a penalty"
            )
        if isinstance(partner, GradientIntervention):
            return (
                f"{self.title} and {partner.title} both turn the losses of a batch into its gradient, and one model has "
                "one gradient; take one of them out, or list one with alone = true, to compare both"
            )
        return None
