"""From a treatment to a recipe, and from members to jobs."""

import numpy as np

from interplay import streams
from interplay.arrays import Array, Int
from interplay.design.plan import Design
from interplay.design.treatment import Treatment
from interplay.engine import accelerated, jnp
from interplay.families._setting import TrainingSetting, acting
from interplay.families.network.hooks import hooks
from interplay.families.network.loop import Job, Recipe, TrainingTable
from interplay.families.network.sampler import Sampling
from interplay.models.network import Network
from interplay.representations import threat_of

CONTROL = Treatment()


def table(shop: TrainingSetting) -> TrainingTable:
    """The pool in the memory of the device, set out once."""
    if "table" not in shop.kept:
        design, encoded = shop.design, shop.encoded
        rows = encoded.matrix[design.pool] if encoded.mapped is None else design.pool
        shop.kept["table"] = TrainingTable(
            jnp.asarray(rows), jnp.asarray(shop.labels), jnp.asarray(shop.groups), threat_of(encoded, design.radius)
        )
    found: TrainingTable = shop.kept["table"]
    return found


def recipe(shop: TrainingSetting, network: Network, treatment: Treatment = CONTROL) -> Recipe:
    """The compiled program's description: the same for all treatments that are trained by one schedule."""
    return Recipe(
        network=network,
        optimiser=shop.design.study.model.optimiser,
        sampling=sampling(shop.design, treatment),
        movable=shop.encoded.movable_columns,
        favourable=shop.favourable,
        group_count=shop.group_count,
        at_once=accelerated(),
        reader=shop.encoded.mapped,
    )


def sampling(design: Design, treatment: Treatment = CONTROL) -> Sampling:
    """How batches are drawn: what the loop does and what the accountant is told."""
    schedule = design.schedule_of(treatment)
    return Sampling(schedule.rows, schedule.rate, schedule.steps)


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
    active = hooks(acting(shop.design, treatment))
    made = Job(
        half.astype(np.int32),
        shop.row_weights(treatment, half).astype(np.float32),
        np.float32(rate),
        np.float32(shop.design.study.model.weight_decay),
        active,
        *keys,
    )
    if active.gradient is not None and (factors := active.gradient.factors(shop.rows(half))) is not None:
        made = made._replace(factors=factors.astype(np.float32))
    if shop.relabels(treatment):
        made = made._replace(labels=shop.training_labels(treatment, half).astype(np.int32))
    return made


def secret(one: Job) -> Job:
    """The same model with noise and batches that nobody can make again: their keys come from the system's entropy.

    Batches too, since the budget of sampled ones rests on nobody knowing which rows were in a batch.
    """
    return one._replace(noise=streams.secret_key_data(), batches=streams.secret_key_data())
