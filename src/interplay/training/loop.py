"""The one training loop: a pure function from rows, hyper-parameters and keys to parameters.

Interventions are hooks into it: weights come with the rows, inputs may be perturbed, a penalty may be added, and a rule
may turn the losses of a batch into a gradient. Any subset acts on one model.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import optax

from interplay.attacks.pgd import Threat
from interplay.engine import jax, jnp
from interplay.interventions import GradientIntervention, InputIntervention, LossIntervention
from interplay.models.dense import Layer, Parameters, initial, logits, losses


class Table(NamedTuple):
    """The encoded pool, shared by all jobs: `inputs` (row, column), `labels`, `groups` (-1 = missing), the threat."""

    inputs: jax.Array
    labels: jax.Array
    groups: jax.Array
    threat: Threat


class Job(NamedTuple):
    """One model to train: the positions and weights of its rows, its learning rate, and its keys by purpose."""

    rows: jax.Array
    weights: jax.Array
    learning_rate: jax.Array
    initialisation: jax.Array
    batches: jax.Array
    noise: jax.Array
    attack: jax.Array


@dataclass(frozen=True)
class Recipe:
    """What decides the compiled program: the network, the optimiser, the batches, and the hooks that are on.

    `batch_size` is the expected size of a Poisson batch; with `batch_size` at least the number of training rows every
    step sees all rows. `hooks` are None when off.
    """

    widths: tuple[int, ...]
    optimiser: Literal["sgd", "adam"]
    steps: int
    batch_size: int
    training_rows: int
    weight_decay: float = 0.0
    favourable: int = 1
    group_count: int = 1
    perturbation: InputIntervention | None = None
    penalty: LossIntervention | None = None
    gradient: GradientIntervention | None = None

    @property
    def sampling_rate(self) -> float:
        """The chance of a row to be in a batch."""
        return min(1.0, self.batch_size / self.training_rows)

    @property
    def capacity(self) -> int:
        """Places in a padded batch: seven standard deviations above the expected size.

        A larger batch (a chance below 1e-11 per step) loses its last rows, which can only lower what is spent.
        """
        if self.sampling_rate >= 1:
            return self.training_rows
        spread = (self.training_rows * self.sampling_rate * (1 - self.sampling_rate)) ** 0.5
        return min(self.training_rows, int(self.batch_size + 7 * spread) + 1)


class Batch(NamedTuple):
    """Rows of one step; `weights` are zero for padding."""

    inputs: jax.Array
    labels: jax.Array
    groups: jax.Array
    weights: jax.Array


def _optimiser(recipe: Recipe, learning_rate: jax.Array) -> optax.GradientTransformation:
    if recipe.optimiser == "adam":
        return optax.adam(learning_rate)
    return optax.sgd(learning_rate, momentum=0.9)


def _draw(recipe: Recipe, table: Table, job: Job, step: jax.Array) -> Batch:
    places, weights = job.rows, job.weights
    if recipe.sampling_rate < 1:
        chance = jax.random.uniform(jax.random.fold_in(job.batches, step), (recipe.training_rows,))
        (picked,) = jnp.nonzero(chance < recipe.sampling_rate, size=recipe.capacity, fill_value=recipe.training_rows)
        weights = jnp.append(weights, 0.0)[picked]
        places = jnp.append(places, 0)[picked]
    return Batch(table.inputs[places], table.labels[places], table.groups[places], weights)


def _gradient(recipe: Recipe, table: Table, job: Job, parameters: Parameters, step: jax.Array) -> Parameters:
    batch = _draw(recipe, table, job, step)
    if recipe.perturbation is not None:
        attack = jax.random.fold_in(job.attack, step)
        moved = recipe.perturbation.perturb(
            lambda x: losses(parameters, x, batch.labels), batch.inputs, table.threat, attack
        )
        batch = batch._replace(inputs=moved)
    if recipe.gradient is not None:
        noise = jax.random.fold_in(job.noise, step)
        total = recipe.gradient.gradient(parameters, batch.inputs, batch.labels, batch.weights, noise)
    else:
        total = jax.grad(_batch_loss)(parameters, recipe, batch)
    expected = recipe.training_rows * recipe.sampling_rate
    return tuple(
        Layer(grad.weight / expected + recipe.weight_decay * layer.weight, grad.bias / expected)
        for grad, layer in zip(total, parameters, strict=True)
    )


def _batch_loss(parameters: Parameters, recipe: Recipe, batch: Batch) -> jax.Array:
    total = jnp.sum(batch.weights * losses(parameters, batch.inputs, batch.labels))
    if recipe.penalty is not None:
        present = (batch.weights > 0).astype(jnp.float32)
        scores = logits(parameters, batch.inputs)
        penalty = recipe.penalty.penalty(
            scores, recipe.favourable, batch.groups, present, group_count=recipe.group_count
        )
        total = total + penalty * recipe.training_rows * recipe.sampling_rate
    return total


def train(recipe: Recipe, table: Table, job: Job) -> Parameters:
    """The parameters of one model: a pure function of rows, hyper-parameters and keys."""
    optimiser = _optimiser(recipe, job.learning_rate)
    parameters = initial(job.initialisation, recipe.widths)

    def step(state: tuple[Parameters, optax.OptState], at: jax.Array) -> tuple[tuple[Parameters, optax.OptState], None]:
        current, memory = state
        updates, memory = optimiser.update(_gradient(recipe, table, job, current, at), memory, current)
        return (optax.apply_updates(current, updates), memory), None

    (trained, _), _ = jax.lax.scan(step, (parameters, optimiser.init(parameters)), jnp.arange(recipe.steps))
    result: Parameters = trained
    return result
