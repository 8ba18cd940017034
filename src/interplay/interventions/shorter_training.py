"""Shorter training: the control stopped early, to tell what missing convergence does by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from interplay.arrays import Array, Float
from interplay.aspects import Aspect
from interplay.interventions._data import DataIntervention, TrainingRows
from interplay.interventions._parameters import Range
from interplay.interventions._purpose import PartOf, Service
from interplay.interventions._schedule import Schedule


@dataclass(frozen=True)
class ShorterTraining(DataIntervention):
    """Stop ordinary training after a `share` of its steps: a diagnostic of what missing convergence does.

    steps = max(1, round(share * steps of the study)), weight(row) = 1

    Nothing else differs from the control. At the same learning rate (as applied) it is the control after so many of its
    steps; with a rate of its own it does in them what can be done. It is trained and compared by itself, and is never
    chosen. If it is harmed as DP-SGD is, stopping before the model has converged is enough to do so.

    Reference: Tramèr and Boneh (2021), on private training that converges slowly.

    Example:
        >>> ShorterTraining(share=0.25).scheduled(Schedule(rows=500, rate=1.0, steps=400)).steps
        100

    Does not show: which share of the steps is as far from convergence as a private model is.
    """

    aspects: ClassVar[tuple[Aspect, ...]] = ()
    title: ClassVar[str] = "shorter training"
    serves: ClassVar[tuple[Service, ...]] = ()
    reference: ClassVar[str] = "Tramèr and Boneh, 2021"
    part_of: ClassVar[PartOf | None] = PartOf("dp_sgd", "alone")
    ranges: ClassVar[Mapping[str, Range]] = MappingProxyType({"share": Range(0.0, 1.0, open=True)})

    share: float = 0.25

    @property
    def diagnostic(self) -> str:
        return f"it is the control trained for {100 * self.share:g} % of its steps, and shows what stopping early does"

    def scheduled(self, schedule: Schedule) -> Schedule:
        return replace(schedule, steps=max(1, round(self.share * schedule.steps)))

    def weigh(self, rows: TrainingRows) -> Float[Array, " row"]:
        return np.ones(len(rows.labels))
