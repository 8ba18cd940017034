"""Memorisation: how much more often a row is decided rightly by models that trained on it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable, Sample
from interplay.evidence import Evidence, Exhibit, Memberships, Predictions
from interplay.metrics._memorised import memorised
from interplay.metrics._metric import Direction, Metric


@dataclass(frozen=True)
class Memorisation(Metric):
    """How much more often a row is decided rightly by models that trained on it.

    memorisation = mean over rows of [share of the models that trained on the row and decide it rightly - share of the
    models that did not and do]

    Over the rows of the pool that some member trained on and some did not. Between -1 and 1; lower is better; 0 where
    training on a row changes nothing for it. Values are jackknife pseudo-values over members.

    Reference: Feldman and Zhang (2020), "What neural networks memorize and why", Eq. 1, over the members of a fleet.

    Example:
        >>> from interplay.evidence import tabulated
        >>> inside = np.array([[True, False], [False, True]])
        >>> blank, scored = np.zeros((2, 2)), np.full((2, 2), True)
        >>> seen = Memberships(blank, blank, blank, inside, scored)
        >>> evidence = tabulated(labels=[1, 1], decisions=[[1, 0], [1, 1]], exhibits=(seen,))
        >>> Memorisation().measure(evidence).mean
        0.5

    Does not show: which rows are memorised: with few models one row's value is mostly chance. Nor what an attacker
    finds.
    """

    aspect: ClassVar[Aspect] = Aspect.PRIVACY
    title: ClassVar[str] = "memorisation"
    direction: ClassVar[Direction] = "lower_is_better"
    unit: ClassVar[str] = "share of models"
    bounds: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    tolerance: ClassVar[float] = 0.02
    needs: ClassVar[tuple[type[Exhibit], ...]] = (
        Memberships,
        Predictions,
    )
    reference: ClassVar[str] = "Feldman and Zhang, 2020"

    def measure(self, evidence: Evidence) -> Sample | NotMeasurable:
        return memorised(evidence, np.ones(len(evidence.rows.labels), dtype=bool))
