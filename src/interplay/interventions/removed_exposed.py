"""Removal of the most exposed rows: what taking people out of the training data does to the others."""

from dataclasses import dataclass
from typing import ClassVar

from interplay.arrays import Array, Bool, Float
from interplay.aspects import Aspect
from interplay.interventions._purpose import Service
from interplay.interventions._removal import RemovalIntervention


@dataclass(frozen=True)
class RemovedExposed(RemovalIntervention):
    """Train without the most exposed rows: a diagnostic of whom that exposes instead.

    weight(row) = 0 where fewer than share * rows of the pool are more exposed, and the inverse of the share that is kept
    elsewhere

    The exposure of a row is how much larger the log-odds of its label are in members that trained on it, on average over
    members that are set apart for this and measured nowhere else. `share` of the pool, above 0 and below .5. Rows of one
    cluster (equal in every feature, or of one person) are taken out together. It is trained and compared by itself, and is
    never chosen: who plans to delete exposed people reads in the exposure of the next layer who comes after them.

    Reference: Carlini et al. (2022), "The privacy onion effect: memorization is relative".

    Example:
        >>> import numpy as np
        >>> from interplay.interventions import TrainingRows
        >>> blank, ranks = np.zeros(4, dtype=int), np.array([0.5, 0.0, 0.75, 0.25])
        >>> RemovedExposed(share=0.25).weigh(TrainingRows(blank, blank, 2, ranks, lots=ranks)).round(3).tolist()
        [1.333, 0.0, 1.333, 1.333]

    Does not show: protection. Whoever was taken out is not exposed by this model; the others may be, and a later request for
    deletion starts anew. Ranks come from exact rows and lie outside a privacy budget.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.PRIVACY,)
    title: ClassVar[str] = "removal of the most exposed rows"
    serves: ClassVar[tuple[Service, ...]] = (Service("membership_risk"), Service("membership_exposure"))
    reference: ClassVar[str] = "Carlini et al., 2022"

    @property
    def diagnostic(self) -> str:
        return "it takes out exposed people, and shows whom that exposes instead"

    def removed(self, ranks: Float[Array, " row"], lots: Float[Array, " row"]) -> Bool[Array, " row"]:
        del lots
        return self.most_exposed(ranks)
