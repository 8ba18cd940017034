"""Decide favourably only where the log-odds are well above zero."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from interplay.aspects import Aspect
from interplay.estimates import NotMeasurable
from interplay.evidence import DecisionRule, Scores
from interplay.interventions import Ask, HeldOut, PredictionIntervention, Service


@dataclass(frozen=True)
class CautiousRule(PredictionIntervention):
    """Decide favourably only where the log-odds are well above zero.

    favourable where log-odds >= margin

    Reference: Chow, 1970.

    Example:
        >>> CautiousRule().name
        'acme_trust/cautious_rule'

    Does not show: what it costs.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = (Aspect.FAIRNESS,)
    title: ClassVar[str] = "a cautious rule"
    serves: ClassVar[tuple[Service, ...]] = (Service("demographic_parity_difference"),)
    reference: ClassVar[str] = "Chow, 1970"

    margin: float = 0.3

    def rule(self, ask: Ask, held_out: HeldOut) -> DecisionRule | NotMeasurable:
        scores = ask(Scores)
        if isinstance(scores, NotMeasurable):
            return scores
        return DecisionRule(np.full(scores.margins.shape, self.margin))
