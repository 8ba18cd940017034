"""Released explanations of a score around a row."""

from __future__ import annotations

import abc
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from interplay.evidence import Exhibit, Explanations
from interplay.interventions._intervention import Intervention
from interplay.interventions._layer import ReleaseIntervention

if TYPE_CHECKING:
    from interplay.arrays import Array, Float
    from interplay.explainers.outputs import Outputs, Points
    from interplay.explainers.surrogates import Surrogates

    Signal = Float[Array, "model own"]


@dataclass(frozen=True)
class ExplanationIntervention(ReleaseIntervention):
    """Explanations of `explained_rows` rows, with pools of `samples` perturbed rows that all models and rows share.

    Whatever the explainer, an explanation is a number for each feature, read as a local model: the score is about an
    intercept and the numbers of those features that are in the row's bin.
    """

    releases: ClassVar[type[Exhibit]] = Explanations
    needs_gradients: ClassVar[bool] = False

    samples: int = 5000
    explained_rows: int = 200

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, ExplanationIntervention):
            return None
        return (
            f"{self.title} and {partner.title} would be measured as one exhibit, which cannot show both; take one of them "
            "out, and compare it with the other in a second study"
        )

    def evaluations(self, features: int) -> int:
        """How many rows models are asked about to explain one of so many features, beside the pool; for planning."""
        del features
        return 0

    @abc.abstractmethod
    def surrogates(self, outputs: Outputs, own: Points, pool: Points, random: np.random.Generator) -> Surrogates:
        """The explanations of every output at the rows `own`; `pool` are perturbed rows."""

    def signals_alone(self, local: Surrogates, scores: Signal, sides: Float[Array, " own"]) -> Signal:
        """What an attacker on membership reads from explanations beside the decision.

        `sides` are 1 where a row's label is the favourable one, else -1. By default how far the score lies from its local
        model on the label's side (Quan et al., 2022).
        """
        return sides * (scores - local.values)

    def signals_with_scores(self, local: Surrogates, scores: Signal, sides: Float[Array, " own"]) -> Signal:
        """What an attacker who knows scores reads from explanations besides; the same unless said otherwise."""
        return self.signals_alone(local, scores, sides)


@dataclass(frozen=True)
class AttributionIntervention(ExplanationIntervention):
    """Explanations that share a score out among features, against an average row; `complete` where they add up to it."""

    stands_in_for: ClassVar[str] = "release_explanations"
    complete: ClassVar[bool] = True

    def signals_alone(self, local: Surrogates, scores: Signal, sides: Float[Array, " own"]) -> Signal:
        """Complete explanations tell the score; of others the variance over features is read."""
        return sides * local.values if self.complete else self.signals_with_scores(local, scores, sides)

    def signals_with_scores(self, local: Surrogates, scores: Signal, sides: Float[Array, " own"]) -> Signal:
        """The logarithm of the variance over features (Shokri et al., 2021, section 3)."""
        return np.log(np.maximum(local.coefficients.var(axis=2), np.finfo(np.float64).tiny))
