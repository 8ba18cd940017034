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
from interplay.design.plan import Design
from interplay.engine import jnp
from interplay.evidence import Rows
from interplay.interventions.adversarial_training import AdversarialTraining
from interplay.interventions.release_explanations import ReleaseExplanations
from interplay.models.network import Network
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
    network: Network
    dataset: Dataset
    encoder: Encoder
    encoded: Encoded
    rows: Rows
    attacked: Int[Array, " attacked"]
    explained: Int[Array, " explained"]
    radius: float
    threat: Threat
    switches: Switches | None
    held: Float[Array, "row column"]
    """The encoded rows with every movable column at its training mean."""


def bench(design: Design, network: Network, dataset: Dataset, encoder: Encoder, encoded: Encoded) -> Bench:
    """Set out everything shared."""
    rows = rows_of(design, dataset)
    attacked, explained = looked_at(design, evaluated(design))  # the same for any number of members
    return Bench(
        design=design,
        network=network,
        dataset=dataset,
        encoder=encoder,
        encoded=encoded,
        rows=rows,
        attacked=attacked,
        explained=explained,
        radius=attack_radius(design),
        threat=threat_of(encoded),
        switches=_switches(encoded),
        held=_held(encoded, design.pool),
    )


def looked_at(design: Design, counted: Bool[Array, " row"]) -> tuple[Int[Array, " attacked"], Int[Array, " explained"]]:
    """Which of the evaluated rows are attacked and which explained: the first ones, test rows before pool rows."""
    evaluated = np.flatnonzero(counted)
    test_first = np.concatenate([np.flatnonzero(design.split.test), evaluated[~design.split.test[evaluated]]])
    explanation = design.factors.all.get("release_explanations")
    wanted = explanation.explained_rows if isinstance(explanation, ReleaseExplanations) else 0
    return test_first[:ATTACKED_ROWS], test_first[:wanted]


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


def attack_radius(design: Design) -> float:
    """The radius of adversarial training when the study has it, else half a standard deviation."""
    found = [one.radius for one in design.factors.training.values() if isinstance(one, AdversarialTraining)]
    return found[0] if found else AdversarialTraining().radius


def rows_of(design: Design, dataset: Dataset) -> Rows:
    """Evaluated rows and bootstrap weights.

    Test rows count for every member; in small tables also the pool rows a member did not train on. Weights are
    exponential (a Bayesian bootstrap, which never empties a group), one draw for all rows, so calibration rows are
    redrawn together with test rows. All rows of a cluster have the weight of their cluster: copies of a row tell nothing
    more than the row.
    """
    study, count = design.study, len(dataset.labels)
    counted = np.repeat(design.split.test[None], design.members, axis=0)
    if design.uses_pool_rows:
        counted |= design.split.pool & ~design.inside()
    random = streams.generator(study.seed, "row weights")
    drawn = random.exponential(size=(study.draws, int(design.clusters.max()) + 1))[:, design.clusters]
    return Rows(
        labels=dataset.labels,
        groupings=dataset.groupings,
        counted=counted,
        weights=np.concatenate([np.ones((1, count)), drawn]),
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        minimum_support=study.groups.minimum_rows,
    )


def _switches(encoded: Encoded) -> Switches | None:
    touched, values = [], []
    for feature in encoded.features:
        if feature.mutable and len(feature.options):
            for option in feature.options:
                mask, value = np.zeros(encoded.matrix.shape[1]), np.zeros(encoded.matrix.shape[1])
                mask[feature.columns] = 1.0
                value[feature.columns] = option
                touched.append(mask)
                values.append(value)
    if not touched:
        return None
    return Switches(jnp.asarray(np.stack(touched)), jnp.asarray(np.stack(values), dtype=jnp.float32))
