"""From a treatment to a recipe, and from members to jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interplay import streams
from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import Threat, Whole
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.data.mapped import MappedRows
from interplay.design.plan import Design, mitigated
from interplay.design.treatment import Treatment
from interplay.engine import accelerated, jnp
from interplay.evidence import PrivacyGuarantee
from interplay.interventions import (
    DataIntervention,
    Intervention,
    TrainingRows,
)
from interplay.models.network import Network
from interplay.training.hooks import hooks
from interplay.training.loop import Job, Recipe, TrainingTable
from interplay.training.sampler import Sampling


@dataclass(frozen=True, eq=False)
class TrainingSetting:
    """What every job needs: the design, and the encoded pool with its labels and groups."""

    design: Design
    network: Network
    labels: Int[Array, " pool"]
    groups: Int[Array, " pool"]
    weights: Float[Array, " pool"] | None
    classes: int
    favourable: int
    group_count: int
    movable: tuple[int, ...]
    table: TrainingTable
    reader: MappedRows | None


def training_setting(design: Design, network: Network, dataset: Dataset, encoded: Encoded) -> TrainingSetting:
    """Set out the pool rows for training."""
    grouping = mitigated(dataset, design.study.groups.mitigate)
    codes = np.zeros_like(dataset.labels) if grouping is None else dataset.groupings[grouping].codes
    pool = design.pool
    return TrainingSetting(
        design=design,
        network=network,
        labels=dataset.labels[pool],
        groups=codes[pool],
        weights=None if dataset.weights is None else dataset.weights[pool],
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        group_count=1 if grouping is None else len(dataset.groupings[grouping].names),
        movable=encoded.movable_columns,
        reader=encoded.mapped,
        table=TrainingTable(
            jnp.asarray(encoded.matrix[pool] if encoded.mapped is None else pool),
            jnp.asarray(dataset.labels[pool]),
            jnp.asarray(codes[pool]),
            threat_of(encoded, design.radius),
        ),
    )


def threat_of(encoded: Encoded, radius: float) -> Threat:
    """What an attacker may do to encoded rows: movable columns, within the training rows' bounds.

    `radius` is that of the study's attack, at which a column with a declared largest change moves by just that.
    """
    movable = encoded.movable * np.where(encoded.reach > 0, encoded.reach / radius, 1.0)
    flagged = bool((encoded.flags[list(encoded.movable_columns)] >= 0).any())
    return Threat(
        jnp.asarray(movable, dtype=jnp.float32),
        jnp.asarray(encoded.lower),
        jnp.asarray(encoded.upper),
        jnp.asarray(encoded.flags) if flagged else None,
        _whole(encoded),
    )


def _whole(encoded: Encoded) -> Whole | None:
    """The movable columns of whole numbers."""
    grid = encoded.grid
    if grid is None or not (whole := grid.whole & encoded.movable).any():
        return None
    mean, deviation = (jnp.asarray(part, dtype=jnp.float32) for part in (grid.mean, grid.deviation))
    return Whole(jnp.asarray(whole), mean, deviation, jnp.asarray(grid.logarithmic))


def recipe(shop: TrainingSetting) -> Recipe:
    """The compiled program's description: the same for every treatment."""
    return Recipe(
        network=shop.network,
        optimiser=shop.design.study.model.optimiser,
        sampling=sampling(shop.design),
        movable=shop.movable,
        favourable=shop.favourable,
        group_count=shop.group_count,
        at_once=accelerated(),
        reader=shop.reader,
    )


def sampling(design: Design) -> Sampling:
    """How batches are drawn: what the loop does and what the accountant is told."""
    schedule = design.schedule
    return Sampling(schedule.rows, schedule.rate, schedule.steps)


def acting(design: Design, treatment: Treatment) -> list[Intervention]:
    """The training interventions of a treatment, with everything solved for."""
    active = [design.factors.known.get(name) for name in treatment.interventions]
    return [one.solved(design.schedule) for one in active if one is not None]


def budget(design: Design, treatment: Treatment) -> PrivacyGuarantee | None:
    """What training spends, at the size trained on and at the full pool with the same batch size, noise and steps.

    None where nothing is promised (`interplay.design.guarantees.no_budget` says why).
    """
    spent = (one.guarantee(design.schedule, len(design.pool)) for one in acting(design, treatment))
    return next((one for one in spent if one is not None), None)


def job(
    shop: TrainingSetting, treatment: Treatment, half: Int[Array, " half"], member: int, rate: float, role: str
) -> Job:
    """Member `member` of a treatment; `role` keeps the streams of tuning members apart from the fleet's.

    The streams do not name the treatment: the same member has the same initialisation, batches and noise in all. So
    whoever has the seed can make the noise again, and two models that differ in its size give back the clipped sums: such
    models are for comparing, never for release (`secret`).
    """
    keys = (
        streams.key_data(shop.design.study.seed, f"{role} {purpose}", member=member)
        for purpose in ("initialisation", "batches", "noise", "attack")
    )
    return Job(
        half.astype(np.int32),
        _weights(shop, treatment, half).astype(np.float32),
        np.float32(rate),
        np.float32(shop.design.study.model.weight_decay),
        hooks(acting(shop.design, treatment)),
        *keys,
    )


def secret(one: Job) -> Job:
    """The same model with noise and batches that nobody can make again: their keys come from the system's entropy.

    Batches too, since the budget of sampled ones rests on nobody knowing which rows were in a batch.
    """
    return one._replace(noise=streams.secret_key_data(), batches=streams.secret_key_data())


def _weights(shop: TrainingSetting, treatment: Treatment, half: Int[Array, " half"]) -> Float[Array, " half"]:
    rows = TrainingRows(shop.labels[half], shop.groups[half], shop.classes)
    active = [shop.design.factors.known[name] for name in treatment.interventions]
    found = weighed([one for one in active if isinstance(one, DataIntervention)], rows)
    if shop.weights is None:
        return found
    own = shop.weights[half]
    return np.asarray(found * own / (found * own).mean())


def weighed(active: Sequence[DataIntervention], rows: TrainingRows) -> Float[Array, " row"]:
    """The weights of the rows under some interventions: their product, scaled to mean one where there are several."""
    weights: Float[Array, " row"] = np.ones(len(rows.labels))
    for one in active:
        weights = np.asarray(weights * one.weigh(rows))
    return np.asarray(weights / weights.mean()) if len(active) > 1 else weights
