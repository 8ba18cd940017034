"""Before training: what a network has learned when its training begins."""

import abc
from dataclasses import dataclass

from interplay.arrays import Array, Float
from interplay.interventions._data import TrainingRows
from interplay.interventions._intervention import Intervention


@dataclass(frozen=True)
class StartIntervention(Intervention):
    """Before training: the rows on which a network is trained first, of which it keeps the hidden layers.

    What comes first is plain training by the study's own schedule, from the same initialisation, with the batches and at the
    learning rate of what follows; no other intervention acts in it. Then the output layer alone is trained. One model takes
    one.
    """

    @abc.abstractmethod
    def weigh_first(self, rows: TrainingRows) -> Float[Array, " row"]:
        """One weight per training row in the training that comes first, mean one."""

    @property
    def passes(self) -> float:
        return 3.0

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, StartIntervention):
            return None
        return (
            f"{self.title} and {partner.title} both say what a network begins with, and one model has one beginning; take one "
            "of them out"
        )
