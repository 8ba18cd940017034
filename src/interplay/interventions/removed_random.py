"""Removal of rows by lot: what fewer rows do, whoever is taken out."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.interventions._purpose import Service
from interplay.interventions._removal import RemovalIntervention


@dataclass(frozen=True)
class RemovedRandom(RemovalIntervention):
    """Train without about as many rows drawn by lot: a diagnostic of what fewer rows do.

    weight(row) = 0 for share * rows of the pool drawn by lot, and the inverse of the share that is kept elsewhere

    The baseline of `removed_exposed`. Rows of the next layer, on which both are measured, are left out of the lot: an attack
    on a row that nobody trained on would look harmless for that reason alone. The lot is drawn once, from the seed of the
    study, and is that of all members. `share` of the pool, above 0 and below .5.

    Reference: Carlini et al. (2022), "The privacy onion effect", who remove as many rows at random.

    Example:
        >>> from interplay.interventions import TrainingRows
        >>> blank, ranks, lots = np.zeros(4, dtype=int), np.array([0.0, 0.25, 0.5, 0.75]), np.array([0.5, 0.25, 0.75, 0.0])
        >>> RemovedRandom(share=0.25).weigh(TrainingRows(blank, blank, 2, ranks, lots)).round(3).tolist()
        [1.333, 1.333, 1.333, 0.0]

    Does not show: what another lot would do; the number of rows taken out varies by a few with the lot.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "removal of rows by lot"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Carlini et al., 2022"

    @property
    def diagnostic(self) -> str:
        return "it takes out rows by lot, and shows what fewer rows do"

    def removed(self, ranks: Float[Array, " row"], lots: Float[Array, " row"]) -> Bool[Array, " row"]:
        # Of the rows outside of the next layer a larger share, so that about as many are taken out in all.
        return np.asarray((lots < self.share / (1 - self.share)) & ~self.in_next_layer(ranks))
