"""What differential privacy was spent in training."""

from dataclasses import dataclass
from typing import ClassVar, Self

from interplay.evidence._exhibit import Exhibit, RandomModels


@dataclass(frozen=True)
class PrivacyGuarantee(Exhibit):
    """The differential privacy guarantee spent by training: (epsilon, delta) at the size trained on and at full size."""

    direct: ClassVar[bool] = True

    privacy_epsilon: float
    privacy_delta: float
    privacy_epsilon_full_data: float
    noise_multiplier: float

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        del models
        return cls(8.0, 1e-4, 3.6, 1.2)
