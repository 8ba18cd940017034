"""What training any model needs: the pool, and what acts in training."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from interplay.arrays import Array, Float, Int
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design, mitigated
from interplay.design.treatment import Treatment
from interplay.evidence import PrivacyGuarantee
from interplay.families._family import Family
from interplay.interventions import DataIntervention, Intervention, TrainingRows


@dataclass(frozen=True, eq=False)
class TrainingSetting:
    """What training needs: the design, the family, and the encoded rows with the labels and groups of the pool.

    `kept` holds what a family has made of it once, as arrays in the memory of an accelerator.
    """

    design: Design
    family: Family
    encoded: Encoded
    labels: Int[Array, " pool"]
    groups: Int[Array, " pool"]
    weights: Float[Array, " pool"] | None
    classes: int
    favourable: int
    group_count: int
    kept: dict[str, Any] = field(default_factory=dict)

    def rows(self, half: Int[Array, " half"]) -> TrainingRows:
        """Rows of the pool, as interventions see them."""
        ranks = self.design.ranks
        order = {} if ranks is None else {"ranks": ranks[half], "lots": self.design.lots[half]}
        return TrainingRows(self.labels[half], self.groups[half], self.classes, **order, favourable=self.favourable)

    def row_weights(self, treatment: Treatment, half: Int[Array, " half"]) -> Float[Array, " half"]:
        """The weights of rows of the pool in training: those of the study times those of the treatment, with mean one."""
        _, found = remade(self._on_rows(treatment), self.rows(half))
        if self.weights is None:
            return found
        own = self.weights[half]
        return np.asarray(found * own / (found * own).mean())

    def training_labels(self, treatment: Treatment, half: Int[Array, " half"]) -> Int[Array, " half"]:
        """The labels of rows of the pool in training: those of the table where the treatment changes none."""
        learned, _ = remade(self._on_rows(treatment), self.rows(half))
        return learned.labels

    def relabels(self, treatment: Treatment) -> bool:
        """Whether the treatment changes labels."""
        return any(one.relabels for one in self._on_rows(treatment))

    def _on_rows(self, treatment: Treatment) -> list[DataIntervention]:
        active = [self.design.factors.known[name] for name in treatment.interventions]
        return [one for one in active if isinstance(one, DataIntervention)]


def training_setting(design: Design, family: Family, dataset: Dataset, encoded: Encoded) -> TrainingSetting:
    """Set out the pool rows for training."""
    grouping = mitigated(dataset, design.study.groups.mitigate)
    codes = np.zeros_like(dataset.labels) if grouping is None else dataset.groupings[grouping].codes
    pool = design.pool
    return TrainingSetting(
        design=design,
        family=family,
        encoded=encoded,
        labels=dataset.labels[pool],
        groups=codes[pool],
        weights=None if dataset.weights is None else dataset.weights[pool],
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        group_count=1 if grouping is None else len(dataset.groupings[grouping].names),
    )


def acting(design: Design, treatment: Treatment) -> list[Intervention]:
    """The training interventions of a treatment, with everything solved for."""
    active = [design.factors.known.get(name) for name in treatment.interventions]
    schedule = design.schedule_of(treatment)
    return [one.solved(schedule) for one in active if one is not None]


def budget(design: Design, treatment: Treatment) -> PrivacyGuarantee | None:
    """What training spends, at the size trained on and at the full pool with the same batch size, noise and steps.

    None where nothing is promised (`interplay.design.guarantees.no_budget` says why).
    """
    schedule = design.schedule_of(treatment)
    spent = (one.guarantee(schedule, len(design.pool)) for one in acting(design, treatment))
    return next((one for one in spent if one is not None), None)


def remade(active: Sequence[DataIntervention], rows: TrainingRows) -> tuple[TrainingRows, Float[Array, " row"]]:
    """The rows with the labels that a model learns from, and their weights, scaled to mean one where several have some.

    Those that attack the labels come first and those that change them next, one after the other: whoever mitigates sees
    what there is to learn from.
    """
    weights: Float[Array, " row"] = np.ones(len(rows.labels))
    for one in sorted(active, key=lambda one: one.turn):
        rows, own = one.remade(rows)
        weights = np.asarray(weights * own)
    return rows, np.asarray(weights / weights.mean()) if len(active) > 1 else weights
