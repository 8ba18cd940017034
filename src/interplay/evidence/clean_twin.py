"""What the same members predict where no training row is poisoned."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from interplay import streams
from interplay.evidence._exhibit import Exhibit, RandomModels
from interplay.evidence.predictions import Predictions


@dataclass(frozen=True, eq=False)
class CleanTwin(Predictions):
    """What models predict that differ from the treatment's in one thing: the labels of their training rows are as they were.

    Each shares rows, initialisation and batches with the treatment's same member. Given for treatments whose training rows
    are poisoned.
    """

    read_from: ClassVar[tuple[type[Exhibit], ...]] = ()

    @classmethod
    def random(cls, models: RandomModels) -> Self:
        chance = streams.generator(models.seed, "clean twin")
        logits = models.clean + 0.5 * chance.normal(size=models.clean.shape)
        logs = np.asarray(logits - np.logaddexp.reduce(logits, axis=2, keepdims=True))
        return cls(logs, logs.argmax(axis=2))
