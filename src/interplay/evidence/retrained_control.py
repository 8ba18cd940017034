"""What the control says of every row when it is trained on the same rows from another start."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float
from interplay.evidence._exhibit import Exhibit, RandomModels

UNITS = 6


@dataclass(frozen=True, eq=False)
class RetrainedControl(Exhibit):
    """Log-probabilities by ordinary models, each trained on the rows of the treatment's same member from another start.

    Given where a study trains such models, and not to these themselves. `activations` are those of the last hidden layer on
    the rows on which representations are compared; None where the models have no such layer, or do not tell.
    """

    log_probabilities: Float[Array, "member row label"]
    activations: Float[Array, "member represented unit"] | None = None

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        """A plausible one, to which a class is the harder the higher its number."""
        labels, classes = models.rows.labels, models.rows.classes
        harder = 2.0 * (np.arange(classes) == labels[:, None]) * labels[:, None] / (classes - 1)
        logits = models.clean - harder
        chance = streams.generator(models.seed, "retrained control")
        activations = chance.normal(size=(models.members, len(models.attacked), UNITS))
        return cls(logits - np.logaddexp.reduce(logits, axis=2, keepdims=True), activations)
