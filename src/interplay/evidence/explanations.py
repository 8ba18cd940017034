"""Local linear explanations, and how well they hold."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.evidence._exhibit import Exhibit, Planned, RandomModels


@dataclass(frozen=True, eq=False)
class Explanations(Exhibit):
    """Local linear explanations of the released score, and how well they hold.

    `fidelity` is the weighted R2 of the explanation on fresh points around the row, and `reference` that of the
    explanation of a linear model of the same scale; `repeat` is the rank correlation of the absolute importances
    between two independent perturbation pools; `top_changed` is 1 where the two pools disagree on the most important
    feature. A value that a member does not have for a row is NaN: both R2, or both of the others, where its score
    hardly varies around the row. `uncertainty` is the R2 of an explanation, made in the same way, of the entropy of a
    row's probabilities. All of the scores as fitted at unit weights, in every draw.
    """

    released: ClassVar[bool] = True

    rows: Int[Array, " explained"]
    importances: Float[Array, "member explained feature"]
    fidelity: Float[Array, "member explained"]
    reference: Float[Array, "member explained"]
    repeat: Float[Array, "member explained"]
    top_changed: Float[Array, "member explained"]
    uncertainty: Float[Array, "member explained"] | None = None
    local: Float[Array, "member explained"] | None = None

    @classmethod
    def stand_in(cls, planned: Planned) -> Self | None:
        if not len(planned.explained):
            return None
        held = np.ones((len(planned.rows.counted), len(planned.explained)))
        return cls(planned.explained, held[..., None], held, held, held, held, held, held)

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "explanations")
        shape = models.members, len(models.attacked)
        return cls(
            models.attacked,
            importances=chance.normal(size=(*shape, models.features)),
            fidelity=chance.uniform(0.2, 1.0, shape),
            repeat=chance.uniform(0.1, 1.0, shape),
            top_changed=(chance.random(shape) < 0.3).astype(np.float64),
            reference=chance.uniform(0.3, 0.5, shape),
            uncertainty=chance.uniform(0.1, 0.9, shape),
            local=chance.uniform(0.0, 1.0, shape),
        )
