"""What evaluating any treatment needs besides its models: rows, weights, and what an attacker may do."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks import lira
from interplay.attacks.thresholded import Favourable
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded, Encoder
from interplay.design.denominators import evaluated
from interplay.design.plan import Design, mitigated, strata
from interplay.estimates import NotMeasurable
from interplay.evidence import Rows
from interplay.families import AttackSetting, Family
from interplay.interventions import ExplanationIntervention, HeldOut
from interplay.representations import Neighbourhood, neighbourhood, switches_of, threat_of, without_movable

UNMOVED = NotMeasurable("no column can be moved by an attacker")
UNGROUPED = NotMeasurable("the study declares no group")
UNSWITCHED = NotMeasurable("no categorical column can be changed by an attacker")
WITH_PROBABILITIES = NotMeasurable("these models give probabilities, and a rule decides by them")
UNDECLARED = NotMeasurable(
    "which rows the model was trained on is not declared: name the column that marks them as trained_on under [data]"
)

ATTACKED_ROWS = 2_000
DISTANCE_ROWS = 400
DISCLOSED_ROWS = 1_000
REPRESENTED_ROWS = 300


@dataclass(frozen=True, eq=False)
class EvaluationSetting:
    """What evaluating any treatment needs besides its models."""

    design: Design
    family: Family
    dataset: Dataset
    encoder: Encoder
    encoded: Encoded
    rows: Rows
    attacked: Int[Array, " attacked"]
    near: Int[Array, " near"]
    """The rows whose distance to the boundary is looked for: as many of each class as there are, up to equal shares."""
    explained: Int[Array, " explained"]
    disclosed: Int[Array, " disclosed"]
    """The rows of the pool on which attacks on what is released are tried."""
    attack: AttackSetting
    held: Float[Array, "row column"]
    """The encoded rows with every movable column at its training mean."""

    @property
    def never_trained(self) -> Bool[Array, " row"]:
        """The rows that no model of any treatment trains on, without those held back for a confirmation."""
        return np.asarray(~self.design.split.pool & ~self.design.split.audit)

    @property
    def tuning(self) -> Int[Array, " some"]:
        """The rows on which scales, intercepts and rules are fitted."""
        return np.flatnonzero(self.design.split.tuning)

    @property
    def is_movable(self) -> bool:
        """Whether an attacker can move any column by small steps."""
        return bool(self.encoded.movable.any())

    @cached_property
    def attacked_calibration(self) -> Int[Array, " some"]:
        """The calibration rows that are attacked where sets are calibrated on them: all, or `ATTACKED_ROWS` drawn by lot."""
        rows = np.flatnonzero(self.design.split.calibration)
        chance = streams.generator(self.design.study.seed, "calibration rows attacked")
        return np.sort(chance.permutation(rows)[:ATTACKED_ROWS])

    def margins(self, log_probabilities: Float[Array, "member some label"]) -> Float[Array, "member some"]:
        """Log-odds of the favourable class."""
        favourable = np.full(log_probabilities.shape[1], self.dataset.favourable, dtype=np.int64)
        return lira.signal(log_probabilities, favourable)

    @cached_property
    def represented(self) -> Int[Array, " represented"]:
        """The rows on which hidden layers are compared: test rows if there are enough, and of each cluster the first."""
        test = self.attacked[self.design.split.test[self.attacked]]
        rows = test if len(test) >= REPRESENTED_ROWS else self.attacked
        firsts = rows[np.sort(np.unique(self.design.clusters[rows], return_index=True)[1])]
        return firsts[some_places(firsts, REPRESENTED_ROWS)]

    @cached_property
    def around(self) -> Neighbourhood:
        """What lies around rows of the table, as explanations perturb them."""
        return neighbourhood(self.encoder, self.encoded, self.dataset.table, self.design.pool)

    def attack_within(self, radius: float) -> AttackSetting:
        """The same attacker within another radius."""
        return replace(self.attack, radius=radius, threat=threat_of(self.encoded, radius))

    def held_out(self, miscoverage: float) -> HeldOut:
        """What a layer may be fitted on; `miscoverage` is that of prediction sets that declare none."""
        design, name = self.design, mitigated(self.dataset, self.design.study.groups.mitigate)
        return HeldOut(
            labels=self.dataset.labels,
            favourable=self.dataset.favourable,
            grouping=None if name is None else self.dataset.groupings[name],
            classes=self.dataset.by_class,
            tuning=self.tuning,
            calibration=np.flatnonzero(design.split.calibration),
            counted=self.rows.counted,
            weights=self.rows.weights,
            minimum_rows=design.study.groups.minimum_rows,
            seed=design.study.seed,
            miscoverage=miscoverage,
        )


def some_places(rows: Int[Array, " row"], count: int) -> Int[Array, " some"]:
    """The places of so many of these rows, from all over the table; of all where there are fewer.

    Example:
        >>> some_places(np.arange(10), 4).tolist()
        [0, 3, 6, 9]
    """
    return np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64))


def evaluation_setting(
    design: Design, family: Family, dataset: Dataset, encoder: Encoder, encoded: Encoded
) -> EvaluationSetting:
    """Set out everything shared."""
    rows = rows_of(design, dataset)
    looked = looked_at(design, dataset, evaluated(design))  # the same for any number of members
    return EvaluationSetting(
        design=design,
        family=family,
        dataset=dataset,
        encoder=encoder,
        encoded=encoded,
        rows=rows,
        attacked=looked.attacked,
        near=looked.near,
        explained=looked.explained,
        disclosed=looked.disclosed,
        attack=AttackSetting(
            threat_of(encoded, design.radius),
            encoded.movable_columns,
            design.radius,
            switches_of(encoded),
            Favourable(dataset.favourable, len(dataset.classes)),
            design.study.seed,
        ),
        held=without_movable(encoded, design.pool),
    )


@dataclass(frozen=True, eq=False)
class Looked:
    """The rows that are attacked, those whose distance to the boundary is looked for, and those that are explained."""

    attacked: Int[Array, " attacked"]
    near: Int[Array, " near"]
    explained: Int[Array, " explained"]
    disclosed: Int[Array, " disclosed"]


def looked_at(design: Design, dataset: Dataset, counted: Bool[Array, " row"]) -> Looked:
    """Which of the counted rows are attacked, which have a distance, and which are explained; and on which rows of the pool
    attacks on what is released are tried.

    Drawn from the study's seed, whatever the order of the rows: test rows before pool rows, and of both an even share
    of every group and label; of the rows with a distance as many of each label as there are, up to equal shares.
    """
    every, chance = (
        strata(dataset, design.study.groups.mitigate),
        streams.generator(design.study.seed, "rows looked at"),
    )
    parts = (np.flatnonzero(counted & design.split.test), np.flatnonzero(counted & ~design.split.test))
    order = np.concatenate([rows[_evenly(every[rows], chance)] for rows in parts])
    explaining = [one for one in design.factors.all.values() if isinstance(one, ExplanationIntervention)]
    wanted = max((one.explained_rows for one in explaining), default=0)
    attacked = order[:ATTACKED_ROWS]
    explained = order[:wanted]
    near = _equally(attacked, dataset.labels)
    pool = np.flatnonzero(design.split.pool)
    disclosed = pool[_evenly(every[pool], streams.generator(design.study.seed, "rows disclosed"))][:DISCLOSED_ROWS]
    return Looked(np.sort(attacked), np.sort(near), np.sort(explained), np.sort(disclosed))


def _evenly(every: Int[Array, " row"], chance: np.random.Generator) -> Int[Array, " row"]:
    """Rows of these strata in an order of which every beginning holds about the same share of every stratum."""
    shuffled = chance.permutation(len(every))
    here = every[shuffled]
    times = np.zeros(len(here))
    for stratum in np.unique(here):
        mine = here == stratum
        times[mine] = (np.arange(mine.sum()) + chance.random()) / mine.sum()
    return np.asarray(shuffled[np.argsort(times, kind="stable")])


def _equally(rows: Int[Array, " some"], labels: Int[Array, " row"]) -> Int[Array, " few"]:
    """Up to `DISTANCE_ROWS` of the rows, the first of each label; rare labels whole, the others share what is left."""
    left, chosen = DISTANCE_ROWS, []
    by_label = sorted((rows[labels[rows] == label] for label in np.unique(labels[rows])), key=len)
    for position, mine in enumerate(by_label):
        chosen.append(mine[: left // (len(by_label) - position)])
        left -= len(chosen[-1])
    return np.concatenate(chosen) if chosen else rows


def rows_of(design: Design, dataset: Dataset) -> Rows:
    """Evaluated rows and bootstrap weights.

    Test rows count for every member; in small tables also the pool rows a member did not train on. Weights are
    exponential (a Bayesian bootstrap, which never empties a group), one draw for all rows, so calibration rows are
    redrawn together with test rows. All rows of a cluster have the weight of their cluster: copies of a row tell
    nothing more than the row. Where the study weighs rows, all of it is times their weights.
    """
    study, count = design.study, len(dataset.labels)
    counted = np.repeat(design.split.test[None], design.members, axis=0)
    if design.uses_pool_rows:
        counted |= design.split.pool & ~design.inside()
    random = streams.generator(study.seed, "row weights")
    drawn = random.exponential(size=(study.draws, int(design.clusters.max()) + 1))[:, design.clusters]
    counts = np.ones(count) if dataset.weights is None else dataset.weights
    return Rows(
        labels=dataset.labels,
        groupings=dataset.groupings,
        counted=counted,
        weights=np.concatenate([counts[None], counts * drawn]),
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        minimum_support=study.groups.minimum_rows,
        clusters=design.shared,
    )
