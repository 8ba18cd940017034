"""From a treatment to a recipe, and from members to jobs."""

from dataclasses import dataclass, replace

import numpy as np

from interplay import streams
from interplay.accounting import epsilon, noise_for
from interplay.arrays import Array, Float, Int
from interplay.attacks.pgd import Threat
from interplay.data.dataset import Dataset
from interplay.data.encoder import Encoded
from interplay.design.plan import Design, mitigated
from interplay.design.treatment import Treatment
from interplay.engine import jax, jnp
from interplay.evidence import PrivacyBudget
from interplay.interventions import (
    DataIntervention,
    GradientIntervention,
    InputIntervention,
    LossIntervention,
    TrainingRows,
)
from interplay.interventions.dp_sgd import DpSgd
from interplay.training.loop import Job, Recipe, Table


@dataclass(frozen=True, eq=False)
class Workshop:
    """What every job needs: the design, and the encoded pool with its labels and groups."""

    design: Design
    labels: Int[Array, " pool"]
    groups: Int[Array, " pool"]
    classes: int
    favourable: int
    group_count: int
    table: Table


def workshop(design: Design, dataset: Dataset, encoded: Encoded) -> Workshop:
    """Set out the pool rows for training."""
    grouping = mitigated(dataset, design.study.groups.mitigate)
    codes = np.zeros_like(dataset.labels) if grouping is None else dataset.groupings[grouping].codes
    pool = design.pool
    threat = threat_of(encoded)
    table = Table(
        jnp.asarray(encoded.matrix[pool]), jnp.asarray(dataset.labels[pool]), jnp.asarray(codes[pool]), threat
    )
    return Workshop(
        design=design,
        labels=dataset.labels[pool],
        groups=codes[pool],
        classes=len(dataset.classes),
        favourable=dataset.favourable,
        group_count=1 if grouping is None else len(dataset.groupings[grouping].names),
        table=table,
    )


def threat_of(encoded: Encoded) -> Threat:
    """What an attacker may do to encoded rows: movable columns, within the training rows' bounds."""
    return Threat(
        jnp.asarray(encoded.movable, dtype=jnp.float32), jnp.asarray(encoded.lower), jnp.asarray(encoded.upper)
    )


def recipe(shop: Workshop, treatment: Treatment) -> Recipe:
    """The compiled program's description for a treatment."""
    design, model = shop.design, shop.design.study.model
    active = [design.factors.training[name] for name in treatment.interventions if name in design.factors.training]
    plain = Recipe(
        widths=(shop.table.inputs.shape[1], *model.hidden, shop.classes),
        optimiser=model.optimiser,
        steps=model.steps,
        batch_size=design.batch_size,
        training_rows=design.half,
        weight_decay=model.weight_decay,
        favourable=shop.favourable,
        group_count=shop.group_count,
    )
    return replace(
        plain,
        perturbation=next((one for one in active if isinstance(one, InputIntervention)), None),
        penalty=next((one for one in active if isinstance(one, LossIntervention)), None),
        gradient=_with_noise(next((one for one in active if isinstance(one, GradientIntervention)), None), plain),
    )


def budget(shop: Workshop, treatment: Treatment) -> PrivacyBudget | None:
    """What training spends, at the size trained on and at the full pool with the same batch size, noise and steps."""
    made = recipe(shop, treatment)
    if not isinstance(made.gradient, DpSgd) or made.gradient.noise_multiplier is None:
        return None
    noise, delta = made.gradient.noise_multiplier, _delta(made.gradient, made.training_rows)
    full = len(shop.labels)
    return PrivacyBudget(
        privacy_epsilon=epsilon(noise, made.sampling_rate, made.steps, delta),
        privacy_delta=delta,
        privacy_epsilon_full_data=epsilon(
            noise, made.sampling_rate * made.training_rows / full, made.steps, _delta(made.gradient, full)
        ),
        noise_multiplier=noise,
    )


def job(shop: Workshop, treatment: Treatment, half: Int[Array, " half"], member: int, rate: float, role: str) -> Job:
    """Member `member` of a treatment; `role` keeps the streams of tuning members apart from the fleet's.

    The streams do not name the treatment: the same member has the same initialisation, batches and noise in all.
    """

    def key(purpose: str) -> jax.Array:
        words = streams.key_data(shop.design.study.seed, f"{role} {purpose}", member=member)
        return jax.random.wrap_key_data(jnp.asarray(words))

    return Job(
        rows=jnp.asarray(half, dtype=jnp.int32),
        weights=jnp.asarray(_weights(shop, treatment, half), dtype=jnp.float32),
        learning_rate=jnp.float32(rate),
        initialisation=key("initialisation"),
        batches=key("batches"),
        noise=key("noise"),
        attack=key("attack"),
    )


def _weights(shop: Workshop, treatment: Treatment, half: Int[Array, " half"]) -> Float[Array, " half"]:
    rows = TrainingRows(shop.labels[half], shop.groups[half], shop.classes)
    weights: Float[Array, " half"] = np.ones(len(half))
    for name in treatment.interventions:
        intervention = shop.design.factors.all[name]
        if isinstance(intervention, DataIntervention):
            weights = np.asarray(weights * intervention.weigh(rows))
    return weights


def _delta(private: DpSgd, rows: int) -> float:
    return private.privacy_delta if private.privacy_delta is not None else float(rows**-1.1)


def _with_noise(gradient: GradientIntervention | None, plain: Recipe) -> GradientIntervention | None:
    if not isinstance(gradient, DpSgd) or gradient.noise_multiplier is not None:
        return gradient
    delta = _delta(gradient, plain.training_rows)
    noise = noise_for(gradient.privacy_epsilon, plain.sampling_rate, plain.steps, delta)
    return replace(gradient, noise_multiplier=noise)
