"""The workbench: the rows, weights, attack settings and perturbation pools shared by all treatments."""

from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Bool, Float, Int
from interplay.attacks.pgd import Threat
from interplay.attacks.switch import Switches
from interplay.data.dataset import Dataset
from interplay.data.encoder import BLOCK_ROWS, Encoded, Encoder
from interplay.data.mapped import store
from interplay.design.denominators import evaluated
from interplay.design.plan import Design, strata
from interplay.engine import jnp
from interplay.evidence import Rows
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.models.network import Network
from interplay.models.rescaled import Rescaled
from interplay.training.recipes import threat_of

ATTACK_STEPS = 20
ATTACK_RESTARTS = 2
ATTACKED_ROWS = 2_000
DISTANCE_ROWS = 400
LARGEST_DISTANCE = 4.0
"""Evaluation attacks: stronger than the one trained with (7 steps, one start)."""


@dataclass(frozen=True, eq=False)
class Bench:
    """What measuring any treatment needs besides its parameters."""

    design: Design
    network: Rescaled
    """The network with refitted class scores: that of `interplay.measurement.refitting`."""
    dataset: Dataset
    encoder: Encoder
    encoded: Encoded
    rows: Rows
    attacked: Int[Array, " attacked"]
    near: Int[Array, " near"]
    """The rows whose distance to the boundary is looked for: as many of each class as there are, up to equal shares."""
    explained: Int[Array, " explained"]
    radius: float
    threat: Threat
    switches: Switches | None
    held: Float[Array, "row column"]
    """The encoded rows with every movable column at its training mean."""

    @property
    def never_trained(self) -> Bool[Array, " row"]:
        """The rows that no model of any treatment trains on, without those held back for a confirmation."""
        return np.asarray(~self.design.split.pool & ~self.design.split.audit)


def bench(design: Design, network: Network, dataset: Dataset, encoder: Encoder, encoded: Encoded) -> Bench:
    """Set out everything shared."""
    rows = rows_of(design, dataset)
    looked = looked_at(design, dataset, evaluated(design))  # the same for any number of members
    return Bench(
        design=design,
        network=Rescaled(network),
        dataset=dataset,
        encoder=encoder,
        encoded=encoded,
        rows=rows,
        attacked=looked.attacked,
        near=looked.near,
        explained=looked.explained,
        radius=design.radius,
        threat=threat_of(encoded, design.radius),
        switches=_switches(encoded),
        held=_held(encoded, design.pool),
    )


@dataclass(frozen=True, eq=False)
class Looked:
    """The rows that are attacked, those whose distance to the boundary is looked for, and those that are explained."""

    attacked: Int[Array, " attacked"]
    near: Int[Array, " near"]
    explained: Int[Array, " explained"]


def looked_at(design: Design, dataset: Dataset, counted: Bool[Array, " row"]) -> Looked:
    """Which of the counted rows are attacked, which have a distance, and which are explained.

    Drawn from the study's seed, whatever the order of the rows: test rows before pool rows, and of both an even share of
    every group and label; of the rows with a distance as many of each label as there are, up to equal shares.
    """
    every, chance = (
        strata(dataset, design.study.groups.mitigate),
        streams.generator(design.study.seed, "rows looked at"),
    )
    parts = (np.flatnonzero(counted & design.split.test), np.flatnonzero(counted & ~design.split.test))
    order = np.concatenate([rows[_evenly(every[rows], chance)] for rows in parts])
    explanation = design.factors.all.get("release_explanations")
    wanted = explanation.explained_rows if isinstance(explanation, ReleaseExplanations) else 0
    attacked = order[:ATTACKED_ROWS]
    explained = order[:wanted]
    return Looked(np.sort(attacked), np.sort(_equally(attacked, dataset.labels)), np.sort(explained))


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


def _held(encoded: Encoded, pool: Int[Array, " pool"]) -> Float[Array, "row column"]:
    columns = list(encoded.movable_columns)
    means = np.array([encoded.matrix[pool, column].mean(dtype=np.float64) for column in columns])

    def without(block: Float[Array, "some column"]) -> Float[Array, "some column"]:
        copy = np.array(block, dtype=np.float32)
        copy[:, columns] = means
        return copy

    if encoded.mapped is None:
        return without(encoded.matrix)
    blocks = (without(encoded.matrix[at : at + BLOCK_ROWS]) for at in range(0, len(encoded.matrix), BLOCK_ROWS))
    return store(encoded.mapped.path.with_name("held"), blocks).all()


def rows_of(design: Design, dataset: Dataset) -> Rows:
    """Evaluated rows and bootstrap weights.

    Test rows count for every member; in small tables also the pool rows a member did not train on. Weights are
    exponential (a Bayesian bootstrap, which never empties a group), one draw for all rows, so calibration rows are
    redrawn together with test rows. All rows of a cluster have the weight of their cluster: copies of a row tell nothing
    more than the row. Where the study weighs rows, all of it is times their weights.
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


def _switches(encoded: Encoded) -> Switches | None:
    touched, values = [], []
    for feature in encoded.features:
        if feature.mutable and len(feature.options):
            for option in feature.options:
                mask, value = np.zeros(len(encoded.columns)), np.zeros(len(encoded.columns))
                mask[feature.columns] = 1.0
                value[feature.columns] = option
                touched.append(mask)
                values.append(value)
    if not touched:
        return None
    return Switches(jnp.asarray(np.stack(touched)), jnp.asarray(np.stack(values), dtype=jnp.float32))
