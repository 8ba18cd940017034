"""What members say of rows that an attack has moved."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.evidence._exact_check import ExactCheck
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence._masking_checks import MaskingChecks


@dataclass(frozen=True, eq=False)
class AdversarialScores(Exhibit):
    """Log-probabilities on the rows moved by the evaluation attack, and the log-odds of the favourable class.

    With two labels the attack is on the scores, which is one on the decision wherever the cut lies. `checks` say how the attack
    compares with others on some of the rows, and `exact` how much it finds of what can be found, where an exact method is known.
    """

    attack: ClassVar[bool] = True

    rows: Int[Array, " attacked"]
    log_probabilities: Float[Array, "member attacked label"]
    margins: Float[Array, "member attacked"]
    checks: MaskingChecks | None = None
    exact: ExactCheck | None = None

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chosen = models.moved[:, :, models.rows.favourable]
        return cls(models.attacked, models.moved, np.asarray(chosen - np.log1p(-np.exp(chosen))))
