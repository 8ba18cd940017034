"""Removal: interventions that take a share of the rows out of training, by how exposed rows are."""

import abc
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Bool, Float
from interplay.errors import StudyError
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range


@dataclass(frozen=True)
class RemovalIntervention(DataIntervention):
    """Takes a share of the pool out of the training data, where its rows are ranked by their exposure.

    weight = 0 for the rows taken out, and the inverse of the share that is kept for all others

    A row that is taken out keeps its place in the halves that members train on, so that members of all treatments have the
    same halves, batches and starts. `share` is that of the pool. The next layer are as many rows, those ranked just below
    the most exposed ones.
    """

    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"share": Range(0.0, 0.5, open=True)})

    share: float = 0.05

    @abc.abstractmethod
    def removed(self, ranks: Float[Array, " row"], lots: Float[Array, " row"]) -> Bool[Array, " row"]:
        """The rows taken out, by the share of the pool that is more exposed than each, and that before it by lot."""

    def most_exposed(self, ranks: Float[Array, " row"]) -> Bool[Array, " row"]:
        """Whether less than `share` of the pool is more exposed."""
        return np.asarray(ranks < self.share)

    def in_next_layer(self, ranks: Float[Array, " row"]) -> Bool[Array, " row"]:
        """Whether between `share` and twice `share` of the pool are more exposed."""
        return np.asarray((ranks >= self.share) & (ranks < 2 * self.share))

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        if rows.ranks is None or rows.lots is None:
            raise StudyError(
                "rows ranked by their exposure",
                "no ranks",
                f"{self.name}, in training",
                "run the study, which ranks them before it tunes, or give the training rows ranks and lots",
            )
        kept = ~self.removed(rows.ranks, rows.lots)
        return np.asarray(kept / kept.mean())
