"""In place of fitting: an intervention that is another way of making the model."""

import abc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interplay.arrays import Array, Float, Int
from interplay.interventions._intervention import Intervention

Fit = Callable[[Any, Int[Array, " row"], Float[Array, " row"], int], Any]
"""From rows (a table or numbers, as the study's model reads them), labels as codes from 0, weights with mean one and a seed to a
fitted classifier with `classes_` and `predict_proba` or `decision_function`."""


@dataclass(frozen=True)
class FitIntervention(Intervention):
    """In place of fitting: what a model is and how it is fitted, for models that are fitted by a library and not in steps here.

    One model takes one. Rows, labels and weights are those that other interventions leave.
    """

    @abc.abstractmethod
    def fitting(self, beside: Path | None) -> Fit:
        """What fits a model; code of a user is looked for `beside` the study first.

        Raises StudyError where there is none.
        """

    def identity(self, beside: Path | None) -> str:
        """What a study does not say of it, as text: part of what is hashed, so that an edit is another study."""
        del beside
        return ""

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, FitIntervention):
            return None
        return (
            f"{self.title} and {partner.title} both replace how a model is fitted, and one model is fitted once; take one of "
            "them out, or list one with alone = true, to compare both"
        )
