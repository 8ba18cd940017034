"""PLAN: from a study and its data to everything that will run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from interplay.arrays import Array, Bool, Float, Int
from interplay.data.clusters import clusters
from interplay.data.dataset import Dataset
from interplay.data.split import Split, split, unseen_split
from interplay.design.asked import asked
from interplay.design.comparison import Comparison
from interplay.design.contexts import comparisons, metrics_for
from interplay.design.factors import Factors, factors, layered, trained
from interplay.design.halves import halves
from interplay.design.members import planned_members
from interplay.design.ranking import MEMBERS, by_lot
from interplay.design.treatment import Treatment
from interplay.interventions import Schedule
from interplay.metrics import Metric
from interplay.study import Study

RADIUS = 0.5
"""Of attacks, in standard deviations, where no intervention has one."""
SMALL_TABLE = 10_000
"""Below this many rows a member is also evaluated on the pool rows it did not train on."""


@dataclass(frozen=True, eq=False)
class Design:
    """All runs: treatments by members, who trains on what, and what will be compared.

    `halves` (member, half) are positions in `pool`: member k of every treatment trains on the same half of the pool,
    drawn independently of the other members' (balanced or complementary halves bias membership attacks). `clusters`
    numbers the cluster of every row of the table: rows that agree in every feature or belong to one person.
    `tuning_halves` are those of the members set apart for choosing learning rates. `looks` are the numbers of members
    at which it is judged whether a treatment needs more; the first is that of `halves`. A given model is one member that has
    seen the whole pool; where the rows it was trained on are not declared, it has seen none, and the tuning and calibration
    rows are the pool, whose columns are scaled by and whose rows perturbed ones resemble.
    """

    study: Study
    factors: Factors
    trainings: tuple[Treatment, ...]
    treatments: tuple[Treatment, ...]
    metrics: Mapping[str, Metric]
    comparisons: tuple[Comparison, ...]
    split: Split
    clusters: Int[Array, " row"]
    pool: Int[Array, " pool"]
    halves: Int[Array, "member half"]
    tuning_halves: Int[Array, "member half"]
    looks: tuple[int, ...]
    radius: float = RADIUS
    """Of attacks, in standard deviations of the encoded columns: what the study declares, or what its data give."""
    ranks: Float[Array, " pool"] | None = None
    """Of every row of the pool which share of it is more exposed; None where nobody asks, or before it is measured."""

    @property
    def members(self) -> int:
        """How many members every treatment has."""
        return len(self.halves)

    def with_members(self, count: int) -> "Design":
        """The same with another number of members; those that both have train on the same halves."""
        return replace(self, halves=halves(self.study.seed, "half", count, self.clusters[self.pool]))

    @property
    def is_given(self) -> bool:
        """Whether the model is trained already: one member a treatment, and nothing is known of others like it."""
        return self.study.model.is_given

    @property
    def ranking_halves(self) -> Int[Array, "member half"]:
        """Those of the members set apart for ranking rows by their exposure."""
        return halves(self.study.seed, "ranking half", MEMBERS, self.clusters[self.pool])

    @property
    def lots(self) -> Float[Array, " pool"]:
        """Of every row of the pool which share of it comes before the row by lot."""
        return by_lot(self.study.seed, self.clusters[self.pool])

    @property
    def half(self) -> int:
        """How many rows a member trains on."""
        return int(self.halves.shape[1])

    @property
    def shared(self) -> Int[Array, " row"] | None:
        """The cluster of every row where some rows share one; None where every row is its own."""
        return self.clusters if int(self.clusters.max()) + 1 < len(self.clusters) else None

    @property
    def batch_size(self) -> int:
        """The expected batch size."""
        declared = self.study.model.batch_size
        return self.half if declared == "full" else min(int(declared), self.half)

    @property
    def schedule(self) -> Schedule:
        """How the study trains: that of every treatment whose interventions have none of their own."""
        return Schedule(self.half, min(1.0, self.batch_size / max(self.half, 1)), self.study.model.steps)

    def schedule_of(self, treatment: Treatment) -> Schedule:
        """How the members of a treatment are trained: what the loop does and what an accountant is told."""
        schedule, known = self.schedule, self.factors.known
        for name in treatment.interventions:
            schedule = known[name].scheduled(schedule) if name in known else schedule
        return schedule

    @property
    def uses_pool_rows(self) -> bool:
        """Whether members are also evaluated on pool rows they did not train on; not where test rows are later ones."""
        return len(self.split.part) < SMALL_TABLE and self.study.data.time is None

    def inside(self) -> Bool[Array, "member row"]:
        """Which rows of the table each member has seen: itself, or another row of its cluster."""
        return self.trained_on(self.halves)

    def trained_on(self, halves: Int[Array, "member half"]) -> Bool[Array, "member row"]:
        """Which rows of the table members with these halves see: itself, or another row of its cluster."""
        seen = np.zeros((len(halves), int(self.clusters.max()) + 1), dtype=bool)
        for member, half in enumerate(halves):
            seen[member, self.clusters[self.pool[half]]] = True
        return seen[:, self.clusters]


def plan(study: Study, dataset: Dataset) -> Design:
    """Lay out every run of a study: nothing is trained."""
    built = factors(study)
    metrics = metrics_for(tuple(dataset.groupings))
    cluster = clusters(dataset, study.data.twins == "together")
    looks = (1,) if study.model.is_given else planned_members(study, built, metrics)
    rows = _rows_of_given(study, dataset, cluster) if study.model.is_given else _rows(study, dataset, cluster, looks[0])
    compared = comparisons(built, metrics, asked(built), mitigated(dataset, study.groups.mitigate))
    return Design(
        study=study,
        factors=built,
        trainings=trained(built),
        treatments=_measured(built, compared),
        metrics=metrics,
        comparisons=compared,
        split=rows.split,
        clusters=cluster,
        pool=rows.pool,
        halves=rows.halves,
        tuning_halves=rows.tuning_halves,
        looks=looks,
        radius=study.data.radius or _radius(built),
    )


class _TrainedOn(NamedTuple):
    """The parts of the rows, and which of them each member is trained on."""

    split: Split
    pool: Int[Array, " pool"]
    halves: Int[Array, "member half"]
    tuning_halves: Int[Array, "member half"]


def _times(dataset: Dataset) -> Float[Array, " row"] | None:
    return None if dataset.time is None else dataset.table.columns[dataset.time].values


def _rows(study: Study, dataset: Dataset, cluster: Int[Array, " row"], members: int) -> _TrainedOn:
    parts = split(strata(dataset, study.groups.mitigate), study.seed, cluster, study.data.audit_share, _times(dataset))
    pool = np.flatnonzero(parts.pool)
    own = halves(study.seed, "half", members, cluster[pool])
    few = 4 if len(dataset.labels) < 5_000 else 2
    return _TrainedOn(parts, pool, own, halves(study.seed, "tuning half", few, cluster[pool]))


def _rows_of_given(study: Study, dataset: Dataset, cluster: Int[Array, " row"]) -> _TrainedOn:
    """A given model has seen the whole pool, or, where that is not declared, none of the rows that stand for it."""
    parts = unseen_split(strata(dataset, study.groups.mitigate), study.seed, cluster, dataset.trained, _times(dataset))
    declared = parts.pool.any()
    pool = np.flatnonzero(parts.pool if declared else parts.tuning | parts.calibration)
    seen = np.arange(len(pool) if declared else 0)[None]
    return _TrainedOn(parts, pool, seen, seen)


def _measured(built: Factors, compared: Sequence[Comparison]) -> tuple[Treatment, ...]:
    """Every treatment with its layers, then those with two releases at once that a comparison asks for."""
    sides = (side for one in compared for side in (one.treatment, one.baseline) if side is not None)
    return tuple(dict.fromkeys([*layered(built), *sides]))


def _radius(built: Factors) -> float:
    """That of the first intervention that has one, else half a standard deviation."""
    return next((one.radius for one in built.training.values() if hasattr(one, "radius")), RADIUS)


def mitigated(dataset: Dataset, grouping: str | None) -> str | None:
    """The grouping that fairness interventions act on: the declared one, else the first."""
    return grouping or next(iter(dataset.groupings), None)


def strata(dataset: Dataset, grouping: str | None) -> Int[Array, " row"]:
    """Group x label, as one number per row."""
    name = mitigated(dataset, grouping)
    groups = np.zeros_like(dataset.labels) if name is None else dataset.groupings[name].codes + 1
    return np.asarray(groups * len(dataset.classes) + dataset.labels)
