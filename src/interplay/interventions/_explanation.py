"""Released explanations of a score around a row."""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from interplay.evidence import Exhibit, Explanations
from interplay.interventions._intervention import Intervention
from interplay.interventions._layer import ReleaseIntervention

if TYPE_CHECKING:
    from interplay.arrays import Array
    from interplay.explainers.evaluated import Explained, LocalModels, ScoredRows


@dataclass(frozen=True)
class ExplanationIntervention(ReleaseIntervention):
    """Explanations of `explained_rows` rows, from pools of `samples` perturbed rows that all models and rows share."""

    releases: ClassVar[type[Exhibit]] = Explanations

    samples: int = 5000
    features: int = 10
    explained_rows: int = 200

    def phase_refuses(self, partner: Intervention) -> str | None:
        if not isinstance(partner, ExplanationIntervention):
            return None
        return (
            f"{self.title} and {partner.title} would be measured as one exhibit, which cannot show both; take one of them "
            "out, and compare it with the other in a second study"
        )

    @abc.abstractmethod
    def explain(self, own: ScoredRows, first: ScoredRows, second: ScoredRows, fresh: ScoredRows) -> Sequence[Explained]:
        """The explanations of every model from two pools, and how they hold on fresh rows."""

    @abc.abstractmethod
    def local_models(self, own: ScoredRows, pool: ScoredRows) -> LocalModels:
        """The local models behind the explanations of some rows, for every model."""

    @abc.abstractmethod
    def fidelity_of(
        self, own: ScoredRows, pool: ScoredRows, fresh: ScoredRows, target: Callable[[Array], Array]
    ) -> tuple[Array, Array]:
        """How well explanations of another number than the score hold (model, own), and those of a linear model's score.

        `target` gives the number for every model and row from encoded rows.
        """
