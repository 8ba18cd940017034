"""What the control says of every row when it is trained on the same rows from another start."""

from dataclasses import dataclass
from typing import Self

from interplay.arrays import Array, Float
from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True, eq=False)
class RetrainedControl(Exhibit):
    """Log-probabilities by ordinary models, each trained on the rows of the treatment's same member from another start.

    Given where a study trains such models, and not to these themselves.
    """

    log_probabilities: Float[Array, "member row label"]

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        return cls(models.clean)
