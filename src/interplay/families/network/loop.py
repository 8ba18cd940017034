"""The one training loop: a pure function from rows, hyper-parameters and keys to parameters.

Interventions are hooks into it: weights come with the rows, inputs may be perturbed, a penalty may be added, and a rule
may turn the losses of a batch into a gradient. Any subset acts on one model.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import optax

from interplay.attacks.pgd import Threat
from interplay.data.mapped import MappedRows
from interplay.engine import jax, jnp
from interplay.families.network.hooks import Hooks
from interplay.families.network.sampler import Sampling
from interplay.models.network import Examples, Network, Parameters, placed
from interplay.models.record_losses import RecordLosses


class TrainingTable(NamedTuple):
    """The encoded pool, shared by all jobs: `inputs` (row, column), `labels`, `groups` (-1 = missing), the threat.

    When a recipe's `reader` gathers rows from a file, `inputs` are their places in it.
    """

    inputs: jax.Array
    labels: jax.Array
    groups: jax.Array
    threat: Threat


class Job(NamedTuple):
    """One model to train: the positions and weights of its rows, its numbers, its hooks, and its keys by purpose.

    A key is its two words, so that jobs are plain arrays until they are trained. `factors` are those of the rule for
    gradients, one for each row; None where it has none. `labels` are those of its rows where they are not the table's. `start`
    are parameters that it begins with and of which it trains the output layer; None for random ones, all of which are trained.
    """

    rows: Any
    weights: Any
    learning_rate: Any
    weight_decay: Any
    hooks: Hooks
    initialisation: Any
    batches: Any
    noise: Any
    attack: Any
    factors: Any = None
    labels: Any = None
    start: Any = None


@dataclass(frozen=True)
class Recipe:
    """What decides the compiled program, besides the kinds of a job's hooks.

    `movable` are the columns an attacker can change. `at_once` computes every batch as a whole, which suits
    accelerators; otherwise batches come in parts, and only as many parts as a batch fills are computed. `reader` has
    the rows of a table that is larger than the memory.
    """

    network: Network
    optimiser: Literal["sgd", "adam"]
    sampling: Sampling
    movable: tuple[int, ...] = ()
    favourable: int = 1
    group_count: int = 1
    at_once: bool = False
    reader: MappedRows | None = None


class _Part(NamedTuple):
    """Rows computed at once; `examples` have weight zero in places without a row, which `present` marks as 0."""

    examples: Examples
    groups: jax.Array
    present: jax.Array


def train(recipe: Recipe, table: TrainingTable, job: Job) -> Parameters:
    """The parameters of one model: a pure function of rows, hyper-parameters and keys."""
    optimiser = _optimiser(recipe, job)
    random = recipe.network.initial(jax.random.wrap_key_data(job.initialisation))
    parameters = random if job.start is None else job.start

    def step(state: tuple[Parameters, optax.OptState], at: jax.Array) -> tuple[tuple[Parameters, optax.OptState], None]:
        current, memory = state
        updates, memory = optimiser.update(_gradient(recipe, table, job, current, at), memory, current)
        if job.start is not None:
            updates = jax.tree.map(jnp.multiply, updates, recipe.network.output_layer(updates))
        return (optax.apply_updates(current, updates), memory), None

    steps = jnp.arange(recipe.sampling.steps)
    return jax.lax.scan(step, (parameters, optimiser.init(parameters)), steps)[0][0]


def _key(words: jax.Array, step: jax.Array) -> jax.Array:
    return jax.random.fold_in(jax.random.wrap_key_data(words), step)


def _optimiser(recipe: Recipe, job: Job) -> optax.GradientTransformation:
    if recipe.optimiser == "adam":
        return optax.adam(job.learning_rate)
    return optax.sgd(job.learning_rate, momentum=0.9)


def _gradient(recipe: Recipe, table: TrainingTable, job: Job, parameters: Parameters, step: jax.Array) -> Parameters:
    total = _total(recipe, table, job, parameters, step)
    if job.hooks.gradient is not None:
        total = job.hooks.gradient.released(total, _key(job.noise, step))
    expected = recipe.sampling.expected

    def mean(total: jax.Array, parameter: jax.Array) -> jax.Array:
        decay = job.weight_decay * parameter if parameter.ndim > 1 else 0.0  # biases do not decay
        return total / expected + decay

    return jax.tree.map(mean, total, parameters)


def _total(recipe: Recipe, table: TrainingTable, job: Job, parameters: Parameters, step: jax.Array) -> Parameters:
    """The summed gradient of one batch, part by part."""
    whole = recipe.at_once or bool(job.hooks.penalties)  # a penalty couples the rows of a batch
    size = recipe.sampling.part_rows(whole)
    places = size * -(-recipe.sampling.places // size)
    picked = recipe.sampling.draw(_key(job.batches, step), places)
    attack = _key(job.attack, step)

    def part(number: int | jax.Array) -> Parameters:
        taken = jax.lax.dynamic_slice(picked, (number * size,), (size,))
        return _part_gradient(recipe, table, job, parameters, taken, jax.random.fold_in(attack, number))

    first = part(0)
    if places == size:
        return first
    parts = -(-jnp.sum(picked < recipe.sampling.rows) // size)
    return jax.lax.fori_loop(1, parts, lambda number, sum_: jax.tree.map(jnp.add, sum_, part(number)), first)


def _part_gradient(
    recipe: Recipe, table: TrainingTable, job: Job, parameters: Parameters, taken: jax.Array, attack: jax.Array
) -> Parameters:
    part = _rows(recipe, table, job, taken)
    if job.hooks.perturbation is not None and recipe.movable:
        part = part._replace(examples=_perturbed(recipe, table, job, parameters, part.examples, attack))
        if job.hooks.perturbation.has_own_losses:
            recipe = replace(recipe, network=RecordLosses(recipe.network, job.hooks.perturbation.losses))
    if job.hooks.gradient is not None:
        return job.hooks.gradient.summed(recipe.network, parameters, part.examples)
    return jax.grad(_summed_loss)(parameters, recipe, job.hooks, part)


def _rows(recipe: Recipe, table: TrainingTable, job: Job, taken: jax.Array) -> _Part:
    present = (taken < recipe.sampling.rows).astype(jnp.float32)
    here = jnp.minimum(taken, recipe.sampling.rows - 1)
    places, weights = job.rows[here], job.weights[here] * present
    factors = None if job.factors is None else job.factors[here]
    labels = table.labels[places] if job.labels is None else job.labels[here]
    examples = Examples(_inputs(recipe, table, places), labels, weights, factors)
    return _Part(examples, table.groups[places], present)


def _inputs(recipe: Recipe, table: TrainingTable, places: jax.Array) -> jax.Array:
    """The encoded rows at these places of the pool, from memory or from a file."""
    if recipe.reader is None:
        return table.inputs[places]
    shape = jax.ShapeDtypeStruct((*places.shape, recipe.reader.columns), jnp.float32)
    return jax.pure_callback(recipe.reader.gather, shape, table.inputs[places], vmap_method="expand_dims")


def _perturbed(
    recipe: Recipe, table: TrainingTable, job: Job, parameters: Parameters, examples: Examples, key: jax.Array
) -> Examples:
    assert job.hooks.perturbation is not None
    columns = np.asarray(recipe.movable)
    start = examples.inputs[:, columns]
    scores = recipe.network.around(parameters, examples.inputs, columns)
    objective = job.hooks.perturbation.objective(scores, start, examples.labels, examples.weights)
    moved = job.hooks.perturbation.perturb(objective, start, table.threat.among(columns, examples.inputs), key)
    if moved.ndim == 2:
        return examples._replace(inputs=placed(examples.inputs, columns, moved))
    copies = [placed(examples.inputs, columns, moved[:, copy]) for copy in range(moved.shape[1])]
    return examples._replace(inputs=jnp.stack(copies, axis=1))


def _summed_loss(parameters: Parameters, recipe: Recipe, hooks: Hooks, part: _Part) -> jax.Array:
    examples = part.examples
    total = jnp.sum(examples.weights * recipe.network.losses(parameters, examples.inputs, examples.labels))
    if not hooks.penalties:
        return total
    copies = 1 if examples.inputs.ndim == 2 else examples.inputs.shape[1]
    scores = recipe.network.logits(parameters, examples.inputs.reshape(-1, examples.inputs.shape[-1]))
    groups, present = jnp.repeat(part.groups, copies), jnp.repeat(part.present, copies)
    penalties = (
        one.penalty(scores, recipe.favourable, groups, present, group_count=recipe.group_count)
        for one in hooks.penalties
    )
    return sum((penalty * recipe.sampling.expected for penalty in penalties), total)
